// The service side of ReadLoad: which messages concern it, and the task that it runs.

import { defineService } from 'contextd/task';
import { LoadReader } from './ReadLoad.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'sensors',
  task: LoadReader,
});
