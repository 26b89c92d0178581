// What is wrong with the provider itself at the moment, such as a journal that cannot be written; `list` and /healthz say so.

import type { ErrorReport } from './errors.js';

export class Health {
  readonly #warn: (text: string) => void;
  readonly #faults = new Map<string, ErrorReport>();

  /** `warn` is given each change, as a sentence. */
  constructor(warn: (text: string) => void) {
    this.#warn = warn;
  }

  /** In the order in which they came. */
  get faults(): readonly ErrorReport[] {
    return [...this.#faults.values()];
  }

  of(part: string): ErrorReport | undefined {
    return this.#faults.get(part);
  }

  /** The state of one part: what is wrong, or undefined. What has changed is told. */
  note(part: string, fault: ErrorReport | undefined): void {
    const known = this.#faults.get(part);
    if (known?.message === fault?.message) return;
    if (fault === undefined) this.#faults.delete(part);
    else this.#faults.set(part, fault);
    const text = fault === undefined ? `the ${part} is in order again` : fault.message;
    this.#warn(text);
  }
}
