// The service Stand: its service name and its task.

import { defineService } from 'contextd/task';
import { Standing } from './Stand.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'state_update',
  task: Standing,
});
