// The service side of WatchThreshold: which messages concern it, and the task that it runs.

import { defineService } from 'contextd/task';
import { ThresholdWatch } from './WatchThreshold.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'sensors',
  task: ThresholdWatch,
});
