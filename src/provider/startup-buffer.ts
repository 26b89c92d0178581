// What comes while a provider takes over waits here; how much of it has a bound.

/** Each wants an answer, so nobody who means well has so many under way. */
const MOST_FRAMES = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;

export class StartupBuffer {
  readonly #deals: (() => void)[] = [];
  #frames = 0;
  #bytes = 0;

  /** False when there is no room for a frame of so many bytes. */
  hold(bytes: number, deal: () => void): boolean {
    if (this.#frames >= MOST_FRAMES || this.#bytes + bytes > MOST_BYTES) return false;
    this.#frames += 1;
    this.#bytes += bytes;
    this.#deals.push(deal);
    return true;
  }

  /** For what must not be lost, and is no frame. */
  add(deal: () => void): void {
    this.#deals.push(deal);
  }

  /** Deals with everything, in the order of its coming. */
  end(): void {
    for (const deal of this.#deals.splice(0)) deal();
  }
}
