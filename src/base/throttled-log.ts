// Rate-limited logging: at most one line per kind and minute, with the number of events so far.

import { systemClock, type Clock } from './clock.js';
import { asContextdError } from './errors.js';
import type { LogFields, Logger } from './logger.js';

const INTERVAL_MS = 60_000;

export class ThrottledLog {
  readonly #clock: Clock;
  readonly #lastLoggedMs = new Map<string, number>();
  count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts an error. Returns the line to log, or undefined if an error with the same code was logged within the last minute. */
  record(error: unknown): string | undefined {
    this.count += 1;
    const { code, message } = asContextdError(error);
    const nowMs = this.#clock.monotonic();
    if (nowMs - (this.#lastLoggedMs.get(code) ?? -INTERVAL_MS) < INTERVAL_MS) return undefined;
    this.#lastLoggedMs.set(code, nowMs);
    return `${message} (${this.count} so far)`;
  }
}

/** Returns a function that warns at most once a minute; `so_far` counts the suppressed warnings too. */
export function throttledWarning(log: Pick<Logger, 'warn'>): (message: string, fields?: LogFields) => void {
  let count = 0;
  let lastLoggedMs = -Infinity;
  return (message, fields = {}) => {
    count += 1;
    if (systemClock.monotonic() - lastLoggedMs < INTERVAL_MS) return;
    lastLoggedMs = systemClock.monotonic();
    log.warn(message, { ...fields, so_far: count });
  };
}
