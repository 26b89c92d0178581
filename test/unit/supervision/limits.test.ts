import { describe, expect, it } from 'vitest';
import type { Limit } from '../../../src/model/limits.js';
import { checkLimits, type MetricValues, type BreachState } from '../../../src/supervision/limits.js';

const limit = (more: Partial<Limit> = {}): Limit => ({
  metric: 'rss',
  above: 200,
  for_s: 3,
  event: 'failed',
  ...more,
});

/** Readings at these seconds, one after the other; returns the seconds at which an excess was told. */
function tell(
  limits: readonly Limit[],
  readings: readonly (readonly [number, MetricValues])[],
): readonly string[] {
  let watched: BreachState | undefined;
  return readings.flatMap(([second, values]) => {
    const judgement = checkLimits(limits, watched, { values, atMs: second * 1000, maxGapMs: 3000 });
    watched = judgement.state;
    return judgement.breaches.map(({ limit: { metric }, value }) => `${second}: ${metric} ${value}`);
  });
}

const rss = (...values: readonly (number | undefined)[]) =>
  values.map((value, second) => [second, value === undefined ? {} : { rss: value }] as const);

describe('a limit', () => {
  it.each([
    ['is told when it has been exceeded for long enough', rss(201, 202, 203, 204, 205), ['3: rss 204']],
    ['is not exceeded by what equals it', rss(200, 200, 200, 200, 200), []],
    ['begins anew when it was kept in between', rss(201, 201, 201, 200, 201, 201, 201), []],
    [
      'is told again only after it was kept',
      rss(300, 300, 300, 300, 300, 1, 300, 300, 300, 300),
      ['3: rss 300', '9: rss 300'],
    ],
    ['outlasts a moment in which nothing can be read', rss(300, 300, undefined, 300), ['3: rss 300']],
    [
      'is not told in a moment in which nothing can be read',
      rss(300, 300, 300, undefined, 300),
      ['4: rss 300'],
    ],
  ])('%s', (_what, readings, told) => {
    expect(tell([limit()], readings)).toEqual(told);
  });

  it('without a time is told at the first values beyond it', () => {
    expect(tell([limit({ for_s: 0 })], rss(100, 201, 202, 100, 201))).toEqual(['1: rss 201', '4: rss 201']);
  });

  it('counts no time in which nobody looked', () => {
    const readings = [0, 1, 10, 11, 12, 13].map((second) => [second, { rss: 300 }] as const);
    expect(tell([limit()], readings)).toEqual(['13: rss 300']);
  });

  it('is judged apart from others, on the same figure and on another', () => {
    const limits = [
      limit({ for_s: 1, event: 'updated' }),
      limit(),
      limit({ metric: 'cpu', above: 90, for_s: 0 }),
    ];
    const readings = [0, 1, 2, 3].map((second) => [second, { rss: 300, cpu: second * 40 }] as const);
    expect(tell(limits, readings)).toEqual(['1: rss 300', '3: rss 300', '3: cpu 120']);
  });

  it('goes on when a reload changes another one', () => {
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
