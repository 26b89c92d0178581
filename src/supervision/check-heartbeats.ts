// Checks regularly whether services have stopped sending heartbeats.

import type { Closers } from '../base/closers.js';
import type { Clock } from '../base/clock.js';
import type { Supervisor } from './supervisor.js';

const CHECK_INTERVAL_MS = 1000;

/** Checks every second until `closers` run. A check that comes late proves nothing: the provider itself was stopped. */
export function startHeartbeatChecks(supervisor: Supervisor, clock: Clock, closers: Closers): void {
  let lastCheckMs = clock.monotonic();
  let cancel = clock.after(CHECK_INTERVAL_MS, check);
  closers.add(() => cancel());
  function check() {
    const nowMs = clock.monotonic();
    const gapMs = nowMs - lastCheckMs;
    if (gapMs < 2 * CHECK_INTERVAL_MS) supervisor.checkHeartbeats();
    else supervisor.extendHeartbeatDeadlines(gapMs);
    lastCheckMs = nowMs;
    cancel = clock.after(CHECK_INTERVAL_MS, check);
  }
}
