import { describe, expect, it } from 'vitest';
import { supervisionSchema } from '../../../src/model/context.js';
import { decideRestart } from '../../../src/supervision/restart-policy.js';

const supervision = supervisionSchema.parse({});
const atMs = 1_000_000;
const ago = (...seconds: number[]) => seconds.map((each) => atMs - each * 1000);
const decide = (restartsMs: readonly number[], more: Record<string, unknown> = {}) =>
  decideRestart({ atMs, restartsMs, hasBackoff: true, supervision, random: 0, ...more });

describe('decideRestart', () => {
  it.each([
    ['at once without recent failures', [], 0],
    ['after backoff_s the second time', ago(1), 100],
    ['after twice as long the third time', ago(2, 1), 200],
    ['after four times as long the fourth time', ago(3, 2, 1), 400],
    ['at once when the last failure is backoff_reset_s ago', ago(60), 0],
    ['after backoff_s when only one restart is within backoff_reset_s', ago(70, 61, 59.9), 100],
  ])('restarts %s', (_when, restartsMs, delayMs) => {
    expect(decide(restartsMs)).toMatchObject({ type: 'restart', delayMs });
  });

  it('never waits longer than backoff_max_s', () => {
    const many = { ...supervision, max_restarts: 100, backoff_max_s: 3 };
    expect(decide(ago(9, 8, 7, 6, 5, 4, 3, 2), { supervision: many })).toMatchObject({ delayMs: 3000 });
  });

  it('waits up to a quarter less, at random', () => {
    expect(decide(ago(1), { random: 0.5 })).toMatchObject({ delayMs: 88 });
    expect(decide(ago(1), { random: 0.999999 })).toMatchObject({ delayMs: 75 });
  });

  it('restarts a service without a failure at once', () => {
    expect(decide(ago(3, 2, 1), { hasBackoff: false })).toMatchObject({ type: 'restart', delayMs: 0 });
  });

  it('adds the time of the launch and drops restarts outside all windows', () => {
    expect(decide(ago(61, 1))).toMatchObject({ restartsMs: [...ago(1), atMs + 100] });
    const wide = { ...supervision, restart_window_s: 120 };
    expect(decide(ago(119, 1), { supervision: wide })).toMatchObject({
      restartsMs: [...ago(119, 1), atMs + 100],
    });
  });

  it.each([
    ['gives up at the limit', ago(29, 5, 4, 3, 2), 'give_up'],
    ['restarts while one of them is outside the window', ago(30, 5, 4, 3, 2), 'restart'],
  ])('%s', (_what, restartsMs, type) => {
    expect(decide(restartsMs).type).toBe(type);
    expect(decide(restartsMs, { hasBackoff: false }).type).toBe(type);
  });
});
