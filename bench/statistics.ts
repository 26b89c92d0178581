// What a series of measurements comes to: median, spread and ratios. Pure.

/** Of one series; all in the unit of the series. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** The value below which `share` (0..1) of the values lie, by linear interpolation. Throws RangeError for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  if (low === undefined || high === undefined) throw new RangeError('no values');
  return low + (high - low) * (at - Math.floor(at));
}

export function spreadOf(values: readonly number[]): Spread {
  return {
    median: quantile(values, 0.5),
    min: quantile(values, 0),
    max: quantile(values, 1),
    count: values.length,
  };
}

/**
 * Ratio of each measurement to the one of the baseline that was made next to it: what slows the whole
 * machine for a while slows both.
 */
export function ratios(ours: readonly number[], baseline: readonly number[]): readonly number[] {
  if (ours.length !== baseline.length) throw new RangeError('two series of different length');
  return ours.map((value, index) => value / (baseline[index] ?? Number.NaN));
}
