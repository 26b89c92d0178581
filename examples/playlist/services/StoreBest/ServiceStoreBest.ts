// The service side of StoreBest: which messages concern it, and the task that it runs.

import { defineService } from 'contextd/task';
import { BestStore } from './StoreBest.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'playlist',
  task: BestStore,
});
