// Holds what arrives while a provider starts, in its order and up to a limit.

/** Clients wait for an answer, so that few of them have many commands under way. */
const MOST_FRAMES = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;

export class StartupBuffer {
  readonly #held: (() => void)[] = [];
  #frames = 0;
  #bytes = 0;

  /** Holds a frame of `bytes` bytes until `release`; returns false when the buffer is full. */
  hold(bytes: number, handle: () => void): boolean {
    if (this.#frames >= MOST_FRAMES || this.#bytes + bytes > MOST_BYTES) return false;
    this.#frames += 1;
    this.#bytes += bytes;
    this.#held.push(handle);
    return true;
  }

  /** Holds what is not a frame and must not be lost. */
  add(handle: () => void): void {
    this.#held.push(handle);
  }

  /** Handles everything in the order of arrival. */
  release(): void {
    for (const handle of this.#held.splice(0)) handle();
  }
}
