// The service side of Monitor: the task that it runs.

import { defineService } from 'contextd/task';
import { Monitoring } from './Monitor.js';

// Whatever <service_name> its context gives it: there is nothing else that it could do.
export default defineService({ task: Monitoring });
