// The service CheckEmails: its service name and its task.

import { defineService } from 'contextd/task';
import { CheckingEmails } from './CheckEmails.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'open_inbox',
  task: CheckingEmails,
});
