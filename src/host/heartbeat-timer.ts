// Beats at an interval, and knows how late each beat comes: that is how busy the event loop was.

import type { Clock } from '../base/clock.js';

/**
 * Beats fall on the quarters of the interval, by the monotonic clock of the machine: so those of many services come
 * together, and their provider is woken a few times for all instead of once for each. On quarters, not at one
 * moment: many services that wake at once would find each other in the way, and take that for lag of their own.
 */
const PARTS = 4;
/** A timer may be early by a moment: that is the same quarter still. */
const EARLY_PARTS = 0.1;

export class HeartbeatTimer {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #beat: (lagMs: number) => void;
  #cancel: () => void = () => undefined;

  /**
   * `beat` is called with the lag in milliseconds; the first time up to a quarter of the interval early. An
   * interval of 0 never beats.
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
