// Records items in order, and lets a test wait for an item.

import { createDeferred, type Deferred } from '../../src/base/deferred.js';

interface Waiting<T> {
  readonly matches: (item: T) => boolean;
  readonly found: Deferred<T>;
}

export class Recorder<T> {
  readonly items: T[] = [];
  readonly #waiting = new Set<Waiting<T>>();

  record(item: T): void {
    this.items.push(item);
    for (const waiting of this.#waiting) {
      if (!waiting.matches(item)) continue;
      this.#waiting.delete(waiting);
      waiting.found.resolve(item);
    }
  }

  /** Resolves with the first matching item, past or future; rejects after `limitMs` with all items. */
  async waitFor(matches: (item: T) => boolean, limitMs = 20_000): Promise<T> {
    const past = this.items.find(matches);
    if (past !== undefined) return past;
    const waiting: Waiting<T> = { matches, found: createDeferred<T>() };
    this.#waiting.add(waiting);
    const timer = setTimeout(() => {
      const seen = this.items.map((item) => JSON.stringify(item)).join('\n');
      waiting.found.reject(new Error(`not seen within ${limitMs} ms: ${String(matches)}\nseen:\n${seen}`));
    }, limitMs);
    return await waiting.found.promise.finally(() => clearTimeout(timer));
  }
}
