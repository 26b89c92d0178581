// The service side of Stand: which messages concern it, and the task that it runs.

import { defineService } from 'contextd/task';
import { Standing } from './Stand.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'state_update',
  task: Standing,
});
