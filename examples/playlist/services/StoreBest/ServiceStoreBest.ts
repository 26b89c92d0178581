// The service StoreBest: its service name and its task.

import { defineService } from 'contextd/task';
import { BestStore } from './StoreBest.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'playlist',
  task: BestStore,
});
