// Keeps the order of commands to one transaction while one of them waits for a check of its code.

import { createDeferred, type Deferred } from '../../base/deferred.js';
import { ContextdError } from '../../base/errors.js';

/** How a check ends: `undefined`, or the reason why nothing may be started any more. */
type CheckEnd = ContextdError | undefined;

export class KeyedQueue {
  /** The running check of each transaction. */
  readonly #checks = new Map<string, Deferred<CheckEnd>>();

  /**
   * Returns undefined when no check runs for `transaction`; else a promise of its end. A caller that has waited must call
   * this again: the command before it may have begun another check.
   */
  running(transaction: string): Promise<CheckEnd> | undefined {
    return this.#checks.get(transaction)?.promise;
  }

  /**
   * Calls `act` when `check` has resolved. Commands to `transaction` that arrive meanwhile come after it. Throws CTX_ENDING
   * when the check is aborted.
   */
  async afterCheck<T>(transaction: string, check: Promise<void>, act: () => Promise<T>): Promise<T> {
    const end = createDeferred<CheckEnd>();
    this.#checks.set(transaction, end);
    let acted: Promise<T>;
    try {
      const refusal = await Promise.race([check, end.promise]);
      if (refusal !== undefined) throw refusal;
      acted = act();
    } finally {
      if (this.#checks.get(transaction) === end) this.#checks.delete(transaction);
      end.resolve(undefined);
    }
    return await acted;
  }

  /** Aborts all checks because the provider ends: their commands, and waiting ones that start services, are refused. */
  abort(): void {
    const checks = [...this.#checks.values()];
    this.#checks.clear();
    for (const end of checks) end.resolve(abortError());
  }
}

function abortError(): ContextdError {
  return new ContextdError('CTX_ENDING', 'the provider received exit before the code had been checked', {
    hint: 'start it again with service_context FILE',
  });
}
