// A clock that a test advances; timers run in the order of their times.

import type { Clock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';

interface Timer {
  readonly atMs: number;
  readonly act: () => void;
}

/** This number of turns of the event loop lets all code finish that waits for neither time nor I/O. */
const SETTLING_TURNS = 20;

/**
 * Pass one to `runTask` or `openContext` to control the time.
 *
 * @example
 * const clock = new ManualClock();
 * await using one = await runTask(first, { clock });
 * await using other = await runTask(second, { clock });
 * await clock.pass(10_000); // For both tasks.
 */
export class ManualClock implements Clock {
  #nowMs: number;
  /** How far the wall clock was set, in milliseconds. */
  #setMs = 0;
  readonly #timers = new Set<Timer>();
  #wanted = createDeferred<void>();

  constructor(nowMs = 1_000_000) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs + this.#setMs;
  }

  monotonic(): number {
    return this.#nowMs;
  }

  /** Sets the wall clock forward, or back for a negative value, in milliseconds: no time passes, and no timer runs. */
  jump(byMs: number): void {
    this.#setMs += byMs;
  }

  after(delayMs: number, act: () => void): () => void {
    const timer: Timer = { atMs: this.#nowMs + delayMs, act };
    this.#timers.add(timer);
    this.#wanted.resolve();
    this.#wanted = createDeferred<void>();
    return () => void this.#timers.delete(timer);
  }

  /** The remaining times of the pending timers in milliseconds, shortest first. */
  get waiting(): readonly number[] {
    return [...this.#timers].map((each) => each.atMs - this.#nowMs).sort((one, other) => one - other);
  }

  /** Advances the time by `durationMs` milliseconds and runs all timers that are due, also those that timers start. */
  advance(durationMs: number): void {
    const untilMs = this.#nowMs + durationMs;
    for (let next = this.#due(untilMs); next !== undefined; next = this.#due(untilMs)) {
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.act();
    }
    this.#nowMs = untilMs;
  }

  /** Resolves when a timer is pending. */
  async wanted(): Promise<void> {
    if (this.#timers.size === 0) await this.#wanted.promise;
  }

  /** Like advance, but code that a timer resumes runs before the time advances further. */
  async pass(durationMs: number): Promise<void> {
    await settle();
    let leftMs = durationMs;
    for (let next = this.waiting[0]; next !== undefined && next <= leftMs; next = this.waiting[0]) {
      // A delay of nothing takes a moment, as a timer of the system does.
      const stepMs = Math.min(Math.max(next, 1), leftMs);
      leftMs -= stepMs;
      this.advance(stepMs);
      await settle();
      if (leftMs === 0) return;
    }
    this.advance(leftMs);
    await settle();
  }

  #due(untilMs: number): Timer | undefined {
    const due = [...this.#timers].filter((each) => each.atMs <= untilMs);
    return due.sort((one, other) => one.atMs - other.atMs)[0];
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < SETTLING_TURNS; turn += 1) await new Promise((resume) => setImmediate(resume));
}
