// Does something after changes, as often as its cost allows: publishing context information, writing the journal.

import type { Clock } from '../base/clock.js';

/** It may take this share of the time: one part in ten. */
const PAUSE_PER_COST = 9;

/**
 * A change is acted on at once; further ones wait for nine times as long as the last act took. So onlookers
 * of a small context are told of every change, and a large one that starts is not stalled by its own news.
 */
export class Paced {
  readonly #clock: Clock;
  readonly #act: () => unknown;
  readonly #mostMs: number;
  #isScheduled = false;
  #pauseMs = 0;
  #cancel: () => void = () => undefined;

  /** `mostMs` is the longest wait, in milliseconds, however much an act costs. */
  constructor(clock: Clock, act: () => unknown, mostMs = Infinity) {
    this.#clock = clock;
    this.#act = act;
    this.#mostMs = mostMs;
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
    const before = performance.now();
    const acting = this.#act();
    this.#noteCost(before);
    if (acting instanceof Promise) void acting.then(() => this.#noteCost(before));
  }

  #noteCost(before: number): void {
    this.#pauseMs = Math.min((performance.now() - before) * PAUSE_PER_COST, this.#mostMs);
  }
}
