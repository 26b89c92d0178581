// Does something after changes, as often as its cost allows: publishing context information, writing the journal.

import type { Clock } from '../base/clock.js';

export interface Pace {
  /** Which part of the time it may take, such as 0.02. */
  readonly share: number;
  /** The longest wait, in milliseconds, however much an act costs; none when left out. */
  readonly mostMs?: number;
}

/**
 * A change is acted on at once; further ones wait until the last act has had no more than its share. So onlookers
 * of a small context are told of every change, and a large one that starts is not stalled by its own news.
 */
export class AdaptiveThrottle {
  readonly #clock: Clock;
  readonly #act: () => unknown;
  readonly #pace: Pace;
  #isScheduled = false;
  #pauseMs = 0;
  #cancel: () => void = () => undefined;

  constructor(clock: Clock, act: () => unknown, pace: Pace) {
    this.#clock = clock;
    this.#act = act;
    this.#pace = pace;
  }

  changed(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#cancel = this.#clock.after(this.#pauseMs, () => this.flush());
  }

  /** Acts now if a change is still waiting. */
  flush(): void {
    if (!this.#isScheduled) return;
    this.#cancel();
    this.#isScheduled = false;
    const before = this.#clock.monotonic();
    const acting = this.#act();
    this.#noteCost(before);
    if (acting instanceof Promise) void acting.then(() => this.#noteCost(before));
  }

  #noteCost(before: number): void {
    const { share, mostMs = Infinity } = this.#pace;
    this.#pauseMs = Math.min((this.#clock.monotonic() - before) * (1 / share - 1), mostMs);
  }
}
