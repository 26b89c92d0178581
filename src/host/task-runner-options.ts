// What differs between a task in the main thread, in a worker thread and in a test.

import type { Clock } from '../base/clock.js';
import type { ServiceDefinition } from '../task/service.js';
import type { TaskEndpoints } from '../task/task.js';
import type { ProviderPresence } from './provider-presence.js';
import type { ThreadIdentity } from './thread-identity.js';

export interface TaskRunnerOptions {
  readonly presence: ProviderPresence;
  /** For sockets of the task. */
  readonly endpoints: TaskEndpoints;
  /** Loads the service; from the module of the bootstrap when left out. */
  readonly load?: () => Promise<ServiceDefinition>;
  /** The thread in which the task runs; the main thread when left out. */
  readonly thread?: ThreadIdentity;
  /** The clock for pauses of the task. */
  readonly clock?: Clock;
}
