// The service WatchThreshold: its service name and its task.

import { defineService } from 'contextd/task';
import { ThresholdWatch } from './WatchThreshold.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'sensors',
  task: ThresholdWatch,
});
