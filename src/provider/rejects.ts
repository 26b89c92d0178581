// Counts frames that are no messages, and lets one log line through per kind and minute.

import type { Clock } from '../base/clock.js';
import { asContextdError } from '../base/errors.js';

const QUIET_MS = 60_000;

export class Rejects {
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
