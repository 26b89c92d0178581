// Chance as a dependency, so that tests can control it.

import { randomBytes, randomInt } from 'node:crypto';

export interface RandomSource {
  /** Returns a number from 0 up to but not including 1. Fast, but predictable. */
  fraction(): number;
  /** Returns an integer from 0 up to but not including `below` that cannot be predicted. */
  integer(below: number): number;
  /** Returns bytes that cannot be predicted. */
  bytes(count: number): Buffer;
}

export const systemRandom: RandomSource = {
  fraction: () => Math.random(),
  integer: (below) => randomInt(below),
  bytes: (count) => randomBytes(count),
};
