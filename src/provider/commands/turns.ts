// Commands act in the order in which they came, though some have to look at code before they act.

import { createDeferred } from '../../base/deferred.js';

export class Turns {
  #looking: Promise<void> | undefined;

  /**
   * While something is being looked at: resolves when that is over. Whoever has waited looks here again, for the one
   * before it may have begun to look, and acts at once where there is nothing.
   */
  get looking(): Promise<void> | undefined {
    return this.#looking;
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
