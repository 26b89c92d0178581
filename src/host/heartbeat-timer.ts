// Calls a function at an interval and measures how late each call is: the lag of the event loop.

import type { Clock } from '../base/clock.js';

/**
 * Beats are aligned to quarters of the interval on the monotonic clock of the machine. Beats of many services then
 * arrive together, and the provider wakes a few times for all instead of once for each. They are not aligned to one
 * moment: many services that wake at once would delay each other and report that delay as their own lag.
 */
const PARTS = 4;
/** A timer that fires slightly early still belongs to the same quarter. */
const EARLY_PARTS = 0.1;

export class HeartbeatTimer {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #beat: (lagMs: number) => void;
  #cancel: () => void = () => undefined;

  /**
   * Calls `beat` with the lag in milliseconds. The first call comes up to a quarter of the interval early. With an
   * interval of 0 there are no calls.
   */
  constructor(clock: Clock, intervalMs: number, beat: (lagMs: number) => void) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#beat = beat;
    if (intervalMs > 0) this.#wait();
  }

  close(): void {
    this.#cancel();
  }

  #wait(): void {
    const partMs = this.#intervalMs / PARTS;
    const nowMs = this.#clock.monotonic();
    const dueMs = Math.floor((nowMs + this.#intervalMs) / partMs + EARLY_PARTS) * partMs;
    this.#cancel = this.#clock.after(dueMs - nowMs, () => {
      this.#beat(Math.max(0, Math.round(this.#clock.monotonic() - dueMs)));
      this.#wait();
    });
  }
}
