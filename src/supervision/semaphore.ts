// Limits how many services start at the same time: more would only delay all of them.

import { availableParallelism } from 'node:os';

/** A child needs a core while it loads, and waits for the bus at other times. */
const PER_CORE = 4;

export class Semaphore {
  #free: number;
  readonly #queue: (() => void)[] = [];

  constructor(size = availableParallelism() * PER_CORE) {
    this.#free = size;
  }

  /** Resolves with a function that releases the permit. Calling it again does nothing. */
  async acquire(): Promise<() => void> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#free -= 1;
    let isHeld = true;
    return () => {
      if (isHeld) this.#release();
      isHeld = false;
    };
  }

  #release(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
