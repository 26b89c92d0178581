// Keys out of what a terminal sends, which may come in pieces; Escape is a key when nothing follows it.

import type { Clock } from '../../base/clock.js';
import { decodeKeys, endKeys, type Key } from './key-codes.js';

/** How long the rest of a sequence may take. */
const SEQUENCE_MS = 50;

export class KeyDecoder {
  readonly #clock: Clock;
  readonly #press: (keys: readonly Key[]) => void;
  #rest = '';
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, press: (keys: readonly Key[]) => void) {
    this.#clock = clock;
    this.#press = press;
  }

  type(text: string): void {
    this.close();
    const { keys, rest } = decodeKeys(this.#rest + text);
    this.#rest = rest;
    if (rest !== '') this.#cancel = this.#clock.after(SEQUENCE_MS, () => this.#giveUp());
    this.#press(keys);
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #giveUp(): void {
    const keys = endKeys(this.#rest);
    this.#rest = '';
    this.#press(keys);
  }
}
