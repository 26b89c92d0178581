import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Limit } from '../../src/model/limits.js';
import { checkLimits, type BreachState } from '../../src/supervision/check-limits.js';

const GAP_MS = 3000;
const limit = fc.record({
  metric: fc.constant('rss' as const),
  above: fc.integer({ min: 0, max: 10 }),
  for_s: fc.constantFrom(0, 1, 2.5, 7),
  event: fc.constantFrom('failed' as const, 'updated' as const),
});
const looks = fc.array(
  fc.record({
    afterMs: fc.constantFrom(900, 1000, 1100, 2999, 3000, 3001, 20_000),
    rss: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
  }),
  { maxLength: 40 },
);

interface Look {
  readonly atMs: number;
  readonly rss: number | undefined;
}

/** Reference definition: the consecutive samples up to `index` with a value above the limit and without sleep. */
function isExceeded({ above, for_s: seconds }: Limit, all: readonly Look[], index: number): boolean {
  const value = all[index]?.rss;
  if (value === undefined || value <= above) return false;
  let start = index;
  for (let at = index - 1; at >= 0; at -= 1) {
    const { atMs, rss } = all[at]!;
    if (all[at + 1]!.atMs - atMs > GAP_MS || (rss !== undefined && rss <= above)) break;
    if (rss !== undefined) start = at;
  }
  return all[index]!.atMs - all[start]!.atMs >= seconds * 1000;
}

it('A limit is reported exactly when the reference definition is true for the first time since the value was below it.', () => {
  let reported = 0;
  fc.assert(
    fc.property(limit, looks, (one, steps) => {
      let atMs = 0;
      const all = steps.map(({ afterMs, rss }) => ({ atMs: (atMs += afterMs), rss }));
      let watched: BreachState | undefined;
      let isTold = false;
      all.forEach(({ atMs: now, rss }, index) => {
        const values = rss === undefined ? {} : { rss };
        const judgement = checkLimits([one], watched, { values, atMs: now, maxGapMs: GAP_MS });
        watched = judgement.state;
        if (rss !== undefined && rss <= one.above) isTold = false;
        const expected = !isTold && isExceeded(one, all, index);
        expect(judgement.breaches.length).toBe(expected ? 1 : 0);
        isTold ||= expected;
        reported += judgement.breaches.length;
      });
    }),
    { numRuns: 3000 },
  );
  expect(reported).toBeGreaterThan(1000);
});
