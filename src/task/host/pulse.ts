// Beats at an interval, and knows how late each beat comes: that is how busy the event loop was.

import type { Clock } from '../../base/clock.js';

export class Pulse {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #beat: (lagMs: number) => void;
  #cancel: () => void = () => undefined;

  /** `beat` is called with the lag in milliseconds. An interval of 0 never beats. */
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
    const dueMs = this.#clock.now() + this.#intervalMs;
    this.#cancel = this.#clock.after(this.#intervalMs, () => {
      this.#beat(Math.max(0, Math.round(this.#clock.now() - dueMs)));
      this.#wait();
    });
  }
}
