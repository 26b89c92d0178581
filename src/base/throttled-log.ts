// Logs that a flood cannot fill: one line per kind and minute, with the number of those that were left out.

import { systemClock, type Clock } from './clock.js';
import { asContextdError } from './errors.js';
import type { LogFields, Logger } from './logger.js';

const QUIET_MS = 60_000;

export class ThrottledLog {
  readonly #clock: Clock;
  readonly #lastToldMs = new Map<string, number>();
  count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns what to log, or undefined when the same was told a short while ago. */
  note(error: unknown): string | undefined {
    this.count += 1;
    const { code, message } = asContextdError(error);
    const nowMs = this.#clock.monotonic();
    if (nowMs - (this.#lastToldMs.get(code) ?? -QUIET_MS) < QUIET_MS) return undefined;
    this.#lastToldMs.set(code, nowMs);
    return `${message} (${this.count} so far)`;
  }
}

/** Warns at most once a minute; `so_far` counts those that were kept back as well. */
export function throttledWarning(log: Pick<Logger, 'warn'>): (message: string, fields?: LogFields) => void {
  let count = 0;
  let toldMs = -Infinity;
  return (message, fields = {}) => {
    count += 1;
    if (systemClock.monotonic() - toldMs < QUIET_MS) return;
    toldMs = systemClock.monotonic();
    log.warn(message, { ...fields, so_far: count });
  };
}
