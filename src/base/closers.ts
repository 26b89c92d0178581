// Cleanup functions that run once, in reverse order, even when some of them fail.

export type Closer = () => void | Promise<void>;

/** Collects cleanup functions. `close` runs them last first, is idempotent, and throws the errors of those that failed. */
export class Closers {
  readonly #closers: Closer[] = [];
  #closing: Promise<void> | undefined;

  add(closer: Closer): void {
    this.#closers.push(closer);
  }

  close(): Promise<void> {
    this.#closing ??= this.#run();
    return this.#closing;
  }

  async #run(): Promise<void> {
    const errors: unknown[] = [];
    for (const closer of this.#closers.toReversed()) {
      try {
        await closer();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors);
  }
}
