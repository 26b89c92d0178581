// The service Monitor: its task.

import { defineService } from 'contextd/task';
import { Monitoring } from './Monitor.js';

// Without serviceName any <service_name> is accepted.
export default defineService({ task: Monitoring });
