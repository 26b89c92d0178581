// Rate-limited logging: at most one line per kind and minute, and none while nothing new has happened.

import { systemClock, type Clock } from './clock.js';

const INTERVAL_MS = 60_000;

interface Logged {
  readonly count: number;
  readonly atMs: number;
}

export class ThrottledLog {
  readonly #clock: Clock;
  readonly #write: (line: string, count: number) => void;
  /** The last line of each kind. */
  readonly #logged = new Map<string, Logged>();
  /** The number of events that `record` has counted, of all kinds. */
  count = 0;

  /** `write` is called with each line that is due, and with the number of events so far. */
  constructor(write: (line: string, count: number) => void, clock: Clock = systemClock) {
    this.#clock = clock;
    this.#write = write;
  }

  /** Counts an event, and writes `line` unless a line of this kind was written within the last minute. */
  record(kind: string, line: string): void {
    this.count += 1;
    this.recordTotal(kind, line, this.count);
  }

  /** Like `record`, for events that the caller has counted: an equal `count` means that nothing new has happened. */
  recordTotal(kind: string, line: string, count: number): void {
    const last = this.#logged.get(kind);
    const atMs = this.#clock.monotonic();
    if (last !== undefined && (last.count === count || atMs - last.atMs < INTERVAL_MS)) return;
    this.#logged.set(kind, { count, atMs });
    this.#write(line, count);
  }
}
