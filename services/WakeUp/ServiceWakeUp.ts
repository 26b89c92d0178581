// The service side of WakeUp: which messages concern it, and the task that it runs.

import { defineService } from 'contextd/task';
import { WakingUp } from './WakeUp.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'morning_glory',
  task: WakingUp,
});
