// A pause that can be cut short, also before it begins.

import type { Clock } from '../../base/clock.js';
import { createDeferred, type Deferred } from '../../base/deferred.js';

export class InterruptibleSleep {
  readonly #clock: Clock;
  #sleeping: Deferred<void> | undefined;
  #isWoken = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after that time, or when it is woken; without a time only then. */
  async sleep(durationMs?: number): Promise<void> {
    if (!this.#isWoken) {
      const over = createDeferred<void>();
      this.#sleeping = over;
      const cancel =
        durationMs === undefined ? undefined : this.#clock.after(durationMs, () => over.resolve());
      await over.promise;
      cancel?.();
      this.#sleeping = undefined;
    }
    this.#isWoken = false;
  }

  /** Ends the present pause, or else lets the next one not begin. */
  wake(): void {
    this.#isWoken = true;
    this.#sleeping?.resolve();
  }
}
