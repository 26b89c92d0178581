// One line of the table: what was measured, against what, and what is wanted.

import { ratios, spreadOf, type Spread } from './statistics.js';

export interface Goal {
  readonly kind: 'at most' | 'at least';
  readonly ratio: number;
}

export interface Measurement {
  readonly name: string;
  readonly baseline: string;
  /** Of `ours` and `base`, such as `ms` or `MiB`. */
  readonly unit: string;
  readonly ours: Spread;
  readonly base: Spread;
  readonly ratio: Spread;
  readonly goal?: Goal;
  /** What else was seen, such as lost messages. */
  readonly note?: string;
}

export interface MeasurementParts extends Pick<Measurement, 'name' | 'baseline' | 'unit' | 'goal' | 'note'> {
  /** In the order of the rounds, as those of the baseline. */
  readonly ours: readonly number[];
  readonly base: readonly number[];
}

export function composeMeasurement(parts: MeasurementParts): Measurement {
  const { ours, base, ...rest } = parts;
  return { ...rest, ours: spreadOf(ours), base: spreadOf(base), ratio: spreadOf(ratios(ours, base)) };
}

export const atMost = (ratio: number): Goal => ({ kind: 'at most', ratio });
export const atLeast = (ratio: number): Goal => ({ kind: 'at least', ratio });

/** Undefined where no goal is set. */
export function meetsGoal({ goal, ratio }: Measurement): boolean | undefined {
  if (goal === undefined) return undefined;
  return goal.kind === 'at most' ? ratio.median <= goal.ratio : ratio.median >= goal.ratio;
}

/** Measures in turns, A B A B, so that a slow minute of the machine falls on all; returns a series for each. */
export async function interleave<Names extends string>(
  rounds: number,
  measures: Readonly<Record<Names, () => Promise<number>>>,
): Promise<Readonly<Record<Names, readonly number[]>>> {
  const names = Object.keys(measures) as Names[];
  const series = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Names, number[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) series[name].push(await measures[name]());
  }
  return series;
}
