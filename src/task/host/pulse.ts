// Beats at an interval, and knows how late each beat comes: that is how busy the event loop was.

export class Pulse {
  readonly #intervalMs: number;
  readonly #timer: NodeJS.Timeout | undefined;
  #dueMs: number;

  /** `beat` is called with the lag in milliseconds. An interval of 0 never beats. */
  constructor(intervalMs: number, beat: (lagMs: number) => void) {
    this.#intervalMs = intervalMs;
    this.#dueMs = performance.now() + intervalMs;
    if (intervalMs > 0) this.#timer = setInterval(() => beat(this.#measure()), intervalMs);
    // A heart that beats keeps nobody alive.
    this.#timer?.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #measure(): number {
    const nowMs = performance.now();
    const lagMs = Math.max(0, Math.round(nowMs - this.#dueMs));
    this.#dueMs = nowMs + this.#intervalMs;
    return lagMs;
  }
}
