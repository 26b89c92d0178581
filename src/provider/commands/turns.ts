// Commands act in the order in which they came, though some have to look at code before they act.

import { createDeferred } from '../../base/deferred.js';

export class Turns {
  #looking: Promise<void> | undefined;

  /** Resolves when nothing is being looked at; whoever comes then acts before it waits for anything else. */
  async wait(): Promise<void> {
    while (this.#looking !== undefined) await this.#looking;
  }

  get isFree(): boolean {
    return this.#looking === undefined;
  }

  /** Acts when `check` has resolved; commands that came meanwhile come after. */
  async look<T>(check: Promise<void>, act: () => Promise<T>): Promise<T> {
    const over = createDeferred<void>();
    this.#looking = over.promise;
    let acted: Promise<T>;
    try {
      await check;
      acted = act();
    } finally {
      this.#looking = undefined;
      over.resolve();
    }
    return await acted;
  }
}
