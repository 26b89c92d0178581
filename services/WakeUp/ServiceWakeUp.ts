// The service WakeUp: its service name and its task.

import { defineService } from 'contextd/task';
import { WakingUp } from './WakeUp.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'morning_glory',
  task: WakingUp,
});
