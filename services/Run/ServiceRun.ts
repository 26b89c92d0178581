// The service side of Run: which messages concern it, and the task that it runs.

import { defineService } from 'contextd/task';
import { Running } from './Run.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'state_update',
  task: Running,
});
