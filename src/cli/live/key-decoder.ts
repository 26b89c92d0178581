// Decodes terminal input that arrives in chunks. Escape is a key if nothing follows within a timeout.

import type { Clock } from '../../base/clock.js';
import { decodeKeys, decodeRest, type Key } from './key-codes.js';

/** How long to wait for the rest of a sequence. */
const SEQUENCE_MS = 50;

export class KeyDecoder {
  readonly #clock: Clock;
  readonly #onKeys: (keys: readonly Key[]) => void;
  #rest = '';
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, onKeys: (keys: readonly Key[]) => void) {
    this.#clock = clock;
    this.#onKeys = onKeys;
  }

  push(text: string): void {
    this.close();
    const { keys, rest } = decodeKeys(this.#rest + text);
    this.#rest = rest;
    if (rest !== '') this.#cancel = this.#clock.after(SEQUENCE_MS, () => this.#flush());
    this.#onKeys(keys);
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #flush(): void {
    const keys = decodeRest(this.#rest);
    this.#rest = '';
    this.#onKeys(keys);
  }
}
