// The service ReadLoad: its service name and its task.

import { defineService } from 'contextd/task';
import { LoadReader } from './ReadLoad.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'sensors',
  task: LoadReader,
});
