// Runs an action after changes, as often as its cost allows: publishing context information, writing the journal.

import type { Clock } from '../base/clock.js';

export interface Pace {
  /** The share of the time that the action may take, such as 0.02. */
  readonly share: number;
  /** The longest wait in milliseconds, whatever the action costs; unlimited when left out. */
  readonly maxPauseMs?: number;
}

/**
 * Runs the action at once for a first change; later changes wait until the last run has taken no more than its share of
 * the time. So observers of a small context see every change, and a large context that starts is not slowed down.
 */
export class AdaptiveThrottle {
  readonly #clock: Clock;
  readonly #action: () => unknown;
  readonly #pace: Pace;
  #isScheduled = false;
  #pauseMs = 0;
  #cancel: () => void = () => undefined;

  constructor(clock: Clock, action: () => unknown, pace: Pace) {
    this.#clock = clock;
    this.#action = action;
    this.#pace = pace;
  }

  /** Runs the action soon; several changes cause one run. */
  changed(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#cancel = this.#clock.after(this.#pauseMs, () => this.flush());
  }

  /** Runs the action now if a change is waiting. */
  flush(): void {
    if (!this.#isScheduled) return;
    this.#cancel();
    this.#isScheduled = false;
    const before = this.#clock.monotonic();
    const running = this.#action();
    this.#noteCost(before);
    if (running instanceof Promise) void running.then(() => this.#noteCost(before));
  }

  #noteCost(before: number): void {
    const { share, maxPauseMs = Infinity } = this.#pace;
    this.#pauseMs = Math.min((this.#clock.monotonic() - before) * (1 / share - 1), maxPauseMs);
  }
}
