// A clock that stands still until a test moves it; timers run in the order of their times.

import type { Clock } from '../../src/base/clock.js';

interface Timer {
  readonly atMs: number;
  readonly act: () => void;
}

export class ManualClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<Timer>();

  constructor(nowMs = 1_000_000) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, act: () => void): () => void {
    const timer: Timer = { atMs: this.#nowMs + delayMs, act };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Delays of the timers that wait, shortest first. */
  get waiting(): readonly number[] {
    return [...this.#timers].map((each) => each.atMs - this.#nowMs).sort((one, other) => one - other);
  }

  /** Moves time on; what timers start is run too when it is due by then. */
  advance(durationMs: number): void {
    const untilMs = this.#nowMs + durationMs;
    for (let next = this.#due(untilMs); next !== undefined; next = this.#due(untilMs)) {
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.act();
    }
    this.#nowMs = untilMs;
  }

  #due(untilMs: number): Timer | undefined {
    const due = [...this.#timers].filter((each) => each.atMs <= untilMs);
    return due.sort((one, other) => one.atMs - other.atMs)[0];
  }
}
