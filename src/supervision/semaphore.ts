// Lets a bounded number of services start at once: more would only make all of them late.

import { availableParallelism } from 'node:os';

/** A child needs a core while it loads, and waits for the bus in between. */
const PER_CORE = 4;

export class Semaphore {
  #free: number;
  readonly #queue: (() => void)[] = [];

  constructor(size = availableParallelism() * PER_CORE) {
    this.#free = size;
  }

  /** Resolves, with the function that makes room for the next one, when it is this one's turn. */
  async enter(): Promise<() => void> {
    if (this.#free === 0) await new Promise<void>((admit) => this.#queue.push(admit));
    else this.#free -= 1;
    let isInside = true;
    return () => {
      if (isInside) this.#leave();
      isInside = false;
    };
  }

  #leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
