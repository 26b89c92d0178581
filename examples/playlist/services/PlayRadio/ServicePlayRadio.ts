// The service PlayRadio: its service name and its task.

import { defineService } from 'contextd/task';
import { RadioPlayer } from './PlayRadio.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'playlist',
  task: RadioPlayer,
});
