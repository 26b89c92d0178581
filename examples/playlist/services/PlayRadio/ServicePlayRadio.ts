// The service side of PlayRadio: which messages concern it, and the task that it runs.

import { defineService } from 'contextd/task';
import { RadioPlayer } from './PlayRadio.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'playlist',
  task: RadioPlayer,
});
