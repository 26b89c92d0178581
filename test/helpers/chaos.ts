// The length and the random source of chaos tests: few rounds in `npm test`, many in `npm run chaos`.

/** Returns CONTEXTD_CHAOS_ROUNDS, by default `few`. */
export function chaosRounds(few: number): number {
  return Number(process.env.CONTEXTD_CHAOS_ROUNDS ?? few);
}

export interface Random {
  readonly seed: number;
  /** An integer from 0 (inclusive) to `below` (exclusive). */
  integer(below: number): number;
  pick<T>(items: readonly T[]): T;
}

/** CONTEXTD_CHAOS_SEED repeats the same choices; the timing still depends on the machine. */
export function createRandom(): Random {
  const seed = Number(process.env.CONTEXTD_CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31));
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (below: number) => Math.floor(next() * below);
  return { seed, integer, pick: (items) => items[integer(items.length)]! };
}

/** Prints measurements to the console. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
