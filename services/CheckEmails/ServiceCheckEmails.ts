// The service side of CheckEmails: which messages concern it, and the task that it runs.

import { defineService } from 'contextd/task';
import { CheckingEmails } from './CheckEmails.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'open_inbox',
  task: CheckingEmails,
});
