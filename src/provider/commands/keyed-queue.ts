// Commands to one transaction act in the order in which they came, though some have to look at code before they act.

import { createDeferred, type Deferred } from '../../base/deferred.js';
import { ContextdError } from '../../base/errors.js';

/** What becomes of a look: `undefined`, or why nothing may be started any more. */
type Over = ContextdError | undefined;

export class KeyedQueue {
  /** By transaction. */
  readonly #looking = new Map<string, Deferred<Over>>();

  /**
   * While something is being looked at for `transaction`: resolves when that is over. Whoever has waited looks here
   * again, for the one before it may have begun to look, and acts at once where there is nothing.
   */
  looking(transaction: string): Promise<Over> | undefined {
    return this.#looking.get(transaction)?.promise;
  }

  /**
   * Acts when `check` has resolved; commands to `transaction` that came meanwhile come after. Throws CTX_ENDING when
   * it was abandoned before.
   */
  async look<T>(transaction: string, check: Promise<void>, act: () => Promise<T>): Promise<T> {
    const over = createDeferred<Over>();
    this.#looking.set(transaction, over);
    let acted: Promise<T>;
    try {
      const refusal = await Promise.race([check, over.promise]);
      if (refusal !== undefined) throw refusal;
      acted = act();
    } finally {
      if (this.#looking.get(transaction) === over) this.#looking.delete(transaction);
      over.resolve(undefined);
    }
    return await acted;
  }

  /** Everything is about to end: what is being looked at, and what would be started thereafter, is not. */
  abandon(): void {
    const looking = [...this.#looking.values()];
    this.#looking.clear();
    for (const over of looking) over.resolve(abandoned());
  }
}

function abandoned(): ContextdError {
  return new ContextdError('CTX_ENDING', 'the provider was asked to end before the code had been looked at', {
    hint: 'start it again with service_context FILE',
  });
}
