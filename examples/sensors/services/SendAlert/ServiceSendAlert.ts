// The service SendAlert: its service name and its task.

import { defineService } from 'contextd/task';
import { AlertSender } from './SendAlert.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'sensors',
  task: AlertSender,
});
