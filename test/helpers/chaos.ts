// How long the chaos lasts and which dice it throws; few rounds in the tests, many with `npm run chaos`.

/** CONTEXTD_CHAOS_ROUNDS, or `few`. */
export function chaosRounds(few: number): number {
  return Number(process.env.CONTEXTD_CHAOS_ROUNDS ?? few);
}

export interface Random {
  readonly seed: number;
  /** From 0 (inclusive) to `below`, whole. */
  integer(below: number): number;
  pick<T>(items: readonly T[]): T;
}

/** CONTEXTD_CHAOS_SEED throws the same dice again; the moments are the machine's. */
export function createRandom(): Random {
  const seed = Number(process.env.CONTEXTD_CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31));
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (below: number) => Math.floor(next() * below);
  return { seed, integer: whole, pick: (items) => items[whole(items.length)]! };
}

/** Figures for people; tests have no other way to tell them. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
