// The optional parts of a host, which differ between a process, a thread and a test.

import type { Clock } from '../base/clock.js';
import type { ServiceDefinition } from '../task/service.js';
import type { TaskEndpoints } from '../task/task.js';
import type { ProviderPresence } from './orphan-watchdog.js';
import type { ThreadIdentity } from './thread-identity.js';

export interface HostOptions {
  /** Whether there is a provider; always when left out. */
  readonly presence?: () => ProviderPresence;
  /** Loads the service; from the module of the bootstrap when left out. */
  readonly load?: () => Promise<ServiceDefinition>;
  /** For sockets of the task; the endpoints of the bootstrap when left out. */
  readonly endpoints?: TaskEndpoints;
  /** The thread in which the host runs; the main thread when left out. */
  readonly thread?: ThreadIdentity;
  /** The clock for pauses of the task. */
  readonly clock?: Clock;
}
