// The service side of Walk: which messages concern it, and the task that it runs.

import { defineService } from 'contextd/task';
import { Walking } from './Walk.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'state_update',
  task: Walking,
});
