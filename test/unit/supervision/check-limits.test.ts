import { describe, expect, it } from 'vitest';
import type { Limit } from '../../../src/model/limits.js';
import { checkLimits, type MetricValues, type BreachState } from '../../../src/supervision/check-limits.js';

const limit = (more: Partial<Limit> = {}): Limit => ({
  metric: 'rss',
  above: 200,
  for_s: 3,
  event: 'failed',
  ...more,
});

/** Checks `measurements` (second, values) in order; returns the reports as `second: metric value`. */
function check(
  limits: readonly Limit[],
  measurements: readonly (readonly [number, MetricValues])[],
): readonly string[] {
  let state: BreachState | undefined;
  return measurements.flatMap(([second, values]) => {
    const result = checkLimits(limits, state, { values, atMs: second * 1000, maxGapMs: 3000 });
    state = result.state;
    return result.breaches.map(({ limit: { metric }, value }) => `${second}: ${metric} ${value}`);
  });
}

const rss = (...values: readonly (number | undefined)[]) =>
  values.map((value, second) => [second, value === undefined ? {} : { rss: value }] as const);

describe('A limit', () => {
  it.each([
    ['is reported when it is exceeded for long enough', rss(201, 202, 203, 204, 205), ['3: rss 204']],
    ['is not exceeded by an equal value', rss(200, 200, 200, 200, 200), []],
    ['starts from zero when the value was within it in between', rss(201, 201, 201, 200, 201, 201, 201), []],
    [
      'is reported again only after the value was within it',
      rss(300, 300, 300, 300, 300, 1, 300, 300, 300, 300),
      ['3: rss 300', '9: rss 300'],
    ],
    ['continues over a missing value', rss(300, 300, undefined, 300), ['3: rss 300']],
    ['is not reported at a missing value', rss(300, 300, 300, undefined, 300), ['4: rss 300']],
  ])('%s', (_what, measurements, reports) => {
    expect(check([limit()], measurements)).toEqual(reports);
  });

  it('without a duration is reported at the first value beyond it', () => {
    expect(check([limit({ for_s: 0 })], rss(100, 201, 202, 100, 201))).toEqual(['1: rss 201', '4: rss 201']);
  });

  it('does not count gaps between measurements', () => {
    const measurements = [0, 1, 10, 11, 12, 13].map((second) => [second, { rss: 300 }] as const);
    expect(check([limit()], measurements)).toEqual(['13: rss 300']);
  });

  it('is independent of other limits, on the same metric and on others', () => {
    const limits = [
      limit({ for_s: 1, event: 'updated' }),
      limit(),
      limit({ metric: 'cpu', above: 90, for_s: 0 }),
    ];
    const measurements = [0, 1, 2, 3].map((second) => [second, { rss: 300, cpu: second * 40 }] as const);
    expect(check(limits, measurements)).toEqual(['1: rss 300', '3: rss 300', '3: cpu 120']);
  });

  it('continues when a reload changes another limit', () => {
    const values = { rss: 300 };
    const first = checkLimits([limit(), limit({ above: 250 })], undefined, {
      values,
      atMs: 0,
      maxGapMs: 9000,
    });
    const next = checkLimits([limit({ above: 270 }), limit()], first.state, {
      values,
      atMs: 3000,
      maxGapMs: 9000,
    });
    expect(next.breaches.map((each) => each.limit.above)).toEqual([200]);
  });
});
