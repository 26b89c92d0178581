// Looks for services that have fallen silent.

import type { Closers } from '../base/closers.js';
import type { Clock } from '../base/clock.js';
import type { Supervisor } from './supervisor.js';

/** How often the provider looks for services that have fallen silent. */
const SILENCE_LOOK_MS = 1000;

/** A look that comes late does not count: it was we who did not listen. */
export function watchSilence(supervisor: Supervisor, clock: Clock, closers: Closers): void {
  let lookedMs = clock.monotonic();
  let cancel = clock.after(SILENCE_LOOK_MS, look);
  closers.add(() => cancel());
  function look() {
    const nowMs = clock.monotonic();
    const gapMs = nowMs - lookedMs;
    if (gapMs < 2 * SILENCE_LOOK_MS) supervisor.checkHeartbeats();
    else supervisor.excuseSilence(gapMs);
    lookedMs = nowMs;
    cancel = clock.after(SILENCE_LOOK_MS, look);
  }
}
