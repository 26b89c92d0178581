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
  readonly #act: () => void;
  #isScheduled = false;
  #pauseMs = 0;
  #cancel: () => void = () => undefined;

  constructor(clock: Clock, act: () => void) {
    this.#clock = clock;
    this.#act = act;
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
    this.#act();
    this.#pauseMs = (performance.now() - before) * PAUSE_PER_COST;
  }
}
