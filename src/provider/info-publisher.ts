// Publishes context information after changes, as often as its cost allows.

import type { Clock } from '../base/clock.js';

/** Composing and sending may take this share of the time: one part in ten. */
const PAUSE_PER_COST = 9;

/**
 * A change is published at once; further ones wait for nine times as long as the last publishing took.
 * So a small context is told of every change, and a large one that starts is not stalled by its own news.
 */
export class InfoPublisher {
  readonly #clock: Clock;
  readonly #publish: () => void;
  #isScheduled = false;
  #pauseMs = 0;
  #cancel: () => void = () => undefined;

  constructor(clock: Clock, publish: () => void) {
    this.#clock = clock;
    this.#publish = publish;
  }

  changed(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#cancel = this.#clock.after(this.#pauseMs, () => this.flush());
  }

  /** Publishes now what is still waiting. */
  flush(): void {
    if (!this.#isScheduled) return;
    this.#cancel();
    this.#isScheduled = false;
    const before = performance.now();
    this.#publish();
    this.#pauseMs = (performance.now() - before) * PAUSE_PER_COST;
  }
}
