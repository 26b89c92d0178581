// Current faults of the provider itself, such as a journal that cannot be written; shown by `list` and /healthz.

import type { ErrorReport } from './errors.js';

export class Health {
  readonly #warn: (text: string) => void;
  readonly #faults = new Map<string, ErrorReport>();

  /** Calls `warn` with a sentence for each change. */
  constructor(warn: (text: string) => void) {
    this.#warn = warn;
  }

  /** In the order in which they occurred. */
  get faults(): readonly ErrorReport[] {
    return [...this.#faults.values()];
  }

  get(part: string): ErrorReport | undefined {
    return this.#faults.get(part);
  }

  /** Sets the fault of one part, or clears it with undefined. Warns if it has changed. */
  set(part: string, fault: ErrorReport | undefined): void {
    const known = this.#faults.get(part);
    if (known?.message === fault?.message) return;
    if (fault === undefined) this.#faults.delete(part);
    else this.#faults.set(part, fault);
    const text = fault === undefined ? `the ${part} is in order again` : fault.message;
    this.#warn(text);
  }
}
