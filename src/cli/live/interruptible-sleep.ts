// A sleep that can be interrupted, even before it begins.

import type { Clock } from '../../base/clock.js';
import { createDeferred, type Deferred } from '../../base/deferred.js';

export class InterruptibleSleep {
  readonly #clock: Clock;
  #sleeping: Deferred<void> | undefined;
  #isWoken = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after `durationMs` or on `wake`; without a duration only on `wake`. */
  async sleep(durationMs?: number): Promise<void> {
    if (!this.#isWoken) {
      const end = createDeferred<void>();
      this.#sleeping = end;
      const cancel =
        durationMs === undefined ? undefined : this.#clock.after(durationMs, () => end.resolve());
      await end.promise;
      cancel?.();
      this.#sleeping = undefined;
    }
    this.#isWoken = false;
  }

  /** Ends the current sleep; without one, the next sleep ends immediately. */
  wake(): void {
    this.#isWoken = true;
    this.#sleeping?.resolve();
  }
}
