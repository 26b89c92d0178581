// Keeps the order of tasks that have the same key: each begins when the one before it has ended.

import { createDeferred, type Deferred } from './deferred.js';

export class KeyedQueue {
  /** The task that holds each key. Resolves when it has ended; with the reason if it was aborted. */
  readonly #holders = new Map<string, Deferred<Error | undefined>>();

  /**
   * Calls `act` at once when no task holds the key, else when all before it have ended. `keyOf` is called again after each
   * wait: the key may depend on what has been done meanwhile. `aborted` is the reason if the task before was aborted.
   */
  async inTurn<T>(keyOf: () => string, act: (aborted: Error | undefined) => Promise<T>): Promise<T> {
    let aborted: Error | undefined;
    // The loop ends without another `await`: no other task may begin between its last check and `act`.
    for (;;) {
      const holder = this.#holders.get(keyOf());
      if (holder === undefined) return await act(aborted);
      aborted = (await holder.promise) ?? aborted;
    }
  }

  /** Holds the key until `before` has resolved and `act` has begun. Rejects with the reason when it is aborted. */
  async hold<T>(key: string, before: Promise<void>, act: () => Promise<T>): Promise<T> {
    const end = createDeferred<Error | undefined>();
    this.#holders.set(key, end);
    let acted: Promise<T>;
    try {
      const aborted = await Promise.race([before, end.promise]);
      if (aborted !== undefined) throw aborted;
      acted = act();
    } finally {
      if (this.#holders.get(key) === end) this.#holders.delete(key);
      end.resolve(undefined);
    }
    return await acted;
  }

  /** Runs `task` in its turn, and holds the key until it has ended. Rejects with the reason when it is aborted. */
  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    return this.inTurn(
      () => key,
      (aborted) => {
        if (aborted !== undefined) throw aborted;
        const running = task();
        return this.hold(
          key,
          running.then(() => undefined),
          () => running,
        );
      },
    );
  }

  /** Aborts all tasks that hold a key. */
  abort(reason: Error): void {
    const holders = [...this.#holders.values()];
    this.#holders.clear();
    for (const holder of holders) holder.resolve(reason);
  }
}
