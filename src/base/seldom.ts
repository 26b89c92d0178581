// Lets one of many equal warnings through, with their number: a flood is not to push all else out of a log.

import { systemClock } from './clock.js';
import type { LogFields, Logger } from './logger.js';

const QUIET_MS = 60_000;

/** Warns at most once a minute; `so_far` counts those that were kept back as well. */
export function warnSeldom(log: Pick<Logger, 'warn'>): (message: string, fields?: LogFields) => void {
  let count = 0;
  let toldMs = -Infinity;
  return (message, fields = {}) => {
    count += 1;
    if (systemClock.monotonic() - toldMs < QUIET_MS) return;
    toldMs = systemClock.monotonic();
    log.warn(message, { ...fields, so_far: count });
  };
}
