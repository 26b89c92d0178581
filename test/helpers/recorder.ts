// Keeps everything it is told, in order, and lets a test wait for what is still to come.

import { createDeferred, type Deferred } from '../../src/base/deferred.js';

interface Waiting<T> {
  readonly fits: (item: T) => boolean;
  readonly found: Deferred<T>;
}

export class Recorder<T> {
  readonly items: T[] = [];
  readonly #waiting = new Set<Waiting<T>>();

  record(item: T): void {
    this.items.push(item);
    for (const waiting of this.#waiting) {
      if (!waiting.fits(item)) continue;
      this.#waiting.delete(waiting);
      waiting.found.resolve(item);
    }
  }

  /** The first item that fits, past or to come; fails after `limitMs` with what was seen instead. */
  async waitFor(fits: (item: T) => boolean, limitMs = 20_000): Promise<T> {
    const past = this.items.find(fits);
    if (past !== undefined) return past;
    const waiting: Waiting<T> = { fits, found: createDeferred<T>() };
    this.#waiting.add(waiting);
    const timer = setTimeout(() => {
      const seen = this.items.map((item) => JSON.stringify(item)).join('\n');
      waiting.found.reject(new Error(`not seen within ${limitMs} ms: ${String(fits)}\nseen:\n${seen}`));
    }, limitMs);
    return await waiting.found.promise.finally(() => clearTimeout(timer));
  }
}
