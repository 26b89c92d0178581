// The service side of SendAlert: which messages concern it, and the task that it runs.

import { defineService } from 'contextd/task';
import { AlertSender } from './SendAlert.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'sensors',
  task: AlertSender,
});
