import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { supervisionSchema } from '../../src/model/context.js';
import { decideRestart, type RestartDecision } from '../../src/supervision/restart-policy.js';

const supervision = fc
  .record({
    max_restarts: fc.integer({ min: 0, max: 8 }),
    restart_window_s: fc.double({ min: 0.1, max: 100, noNaN: true }),
    backoff_s: fc.double({ min: 0, max: 5, noNaN: true }),
    backoff_max_s: fc.double({ min: 0, max: 20, noNaN: true }),
    // Whole milliseconds are sufficient.
    backoff_reset_s: fc.nat(100),
  })
  .map((values) => ({ ...supervisionSchema.parse({}), ...values }));
type Supervision = typeof supervision extends fc.Arbitrary<infer T> ? T : never;
const random = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

/** Durations of consecutive failed runs of a service, in milliseconds. */
function relive(
  rules: Supervision,
  lives: readonly { readonly lasted: number; readonly random: number; readonly hasBackoff: boolean }[],
): readonly { readonly verdict: RestartDecision; readonly launchedMs: number }[] {
  let atMs = 0;
  let restartsMs: readonly number[] = [];
  const launches = [];
  for (const { lasted, ...chance } of lives) {
    atMs += lasted;
    const verdict = decideRestart({ atMs, restartsMs, supervision: rules, ...chance });
    ({ restartsMs } = verdict);
    if (verdict.type === 'give_up') continue;
    atMs += verdict.delayMs;
    launches.push({ verdict, launchedMs: atMs });
  }
  return launches;
}

const lives = fc.array(fc.record({ lasted: fc.nat(40_000), random, hasBackoff: fc.boolean() }), {
  minLength: 1,
  maxLength: 30,
});

describe('the restart policy', () => {
  it('never allows more than max_restarts launches within a window', () => {
    fc.assert(
      fc.property(supervision, lives, (rules, past) => {
        const times = relive(rules, past).map((each) => each.launchedMs);
        for (const last of times) {
          const within = times.filter((each) => each <= last && last - each < rules.restart_window_s * 1000);
          expect(within.length).toBeLessThanOrEqual(rules.max_restarts);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('waits between 75 and 100 percent of a back-off that doubles up to its maximum', () => {
    fc.assert(
      fc.property(supervision, fc.integer({ min: 1, max: 7 }), random, (rules, streak, chance) => {
        const free = { ...rules, max_restarts: 100, backoff_reset_s: 100, restart_window_s: 100 };
        const restartsMs = Array.from({ length: streak }, (_, index) => index);
        const request = { atMs: 10, hasBackoff: true, supervision: free, random: chance };
        const verdict = decideRestart({ ...request, restartsMs });
        const full = Math.min(free.backoff_s * 2 ** (streak - 1), free.backoff_max_s) * 1000;
        const delayMs = verdict.type === 'restart' ? verdict.delayMs : Number.NaN;
        expect(delayMs).toBeGreaterThanOrEqual(Math.floor(full * 0.75));
        expect(delayMs).toBeLessThanOrEqual(Math.ceil(full));
      }),
      { numRuns: 5000 },
    );
  });

  it('never waits shorter after more failures with the same random value', () => {
    fc.assert(
      fc.property(supervision, random, (rules, chance) => {
        const free = { ...rules, max_restarts: 100, backoff_reset_s: 100, restart_window_s: 100 };
        const request = { atMs: 10, hasBackoff: true, supervision: free, random: chance };
        const delays = [0, 1, 2, 3, 4, 5, 6].map((streak) => {
          const verdict = decideRestart({ ...request, restartsMs: Array.from({ length: streak }, () => 9) });
          return verdict.type === 'restart' ? verdict.delayMs : Number.NaN;
        });
        expect(delays).toEqual(delays.toSorted((one, other) => one - other));
        expect(delays[0]).toBe(0);
      }),
    );
  });

  it('is reset after a stable time: the next failure is restarted at once', () => {
    fc.assert(
      fc.property(supervision, lives, random, (rules, past, chance) => {
        const free = { ...rules, max_restarts: 1000 };
        const launches = relive(free, past);
        const last = launches.at(-1)!;
        const atMs = last.launchedMs + free.backoff_reset_s * 1000;
        const { restartsMs } = last.verdict;
        const verdict = decideRestart({
          atMs,
          restartsMs,
          hasBackoff: true,
          supervision: free,
          random: chance,
        });
        expect(verdict).toMatchObject({ type: 'restart', delayMs: 0 });
      }),
    );
  });
});
