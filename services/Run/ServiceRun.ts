// The service Run: its service name and its task.

import { defineService } from 'contextd/task';
import { Running } from './Run.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'state_update',
  task: Running,
});
