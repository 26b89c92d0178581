// Messages that come again: executed once, answered each time, for ten minutes, whatever their number.

import { describe, expect, it } from 'vitest';
import { Health } from '../../../src/base/health.js';
import { IdempotencyCache, REMEMBERED_MS } from '../../../src/provider/idempotency-cache.js';
import { refusalOf } from '../../../src/provider/idempotency-error.js';
import { ManualClock } from '../../helpers/manual-clock.js';

const counting = () => {
  let count = 0;
  const act = () => Promise.resolve((count += 1));
  return { act, count: () => count };
};

describe('Once', () => {
  it('executes a message id once and gives each sender the one answer', async () => {
    const once = new IdempotencyCache<number>(new ManualClock());
    const { act, count } = counting();
    expect(await Promise.all([once.execute('m', act), once.execute('m', act)])).toEqual([1, 1]);
    expect(await once.execute('m', act)).toBe(1);
    expect(await once.execute('n', act)).toBe(2);
    expect(count()).toBe(2);
  });

  it('executes what has no id each time', async () => {
    const once = new IdempotencyCache<number>(new ManualClock());
    const { act } = counting();
    expect([await once.execute(undefined, act), await once.execute(undefined, act)]).toEqual([1, 2]);
  });

  it('remembers every answer for ten minutes, and no longer', async () => {
    const clock = new ManualClock();
    const once = new IdempotencyCache<number>(clock);
    const { act, count } = counting();
    for (let index = 0; index < 20_000; index += 1) await once.execute(`m${index}`, act);
    clock.advance(REMEMBERED_MS - 1);
    for (const index of [0, 1, 19_999]) await once.execute(`m${index}`, act);
    expect(count()).toBe(20_000);
    expect(once.settled(0).answers).toHaveLength(20_000);
    clock.advance(1);
    expect(await once.execute('m0', act)).toBe(20_001);
    expect(once.settled(0).answers).toHaveLength(1);
  });

  it.each([3_600_000, -7_200_000])('remembers an answer also when the clock jumps by %i ms', async (byMs) => {
    const clock = new ManualClock();
    const once = new IdempotencyCache<number>(clock);
    const { act, count } = counting();
    await once.execute('m', act);
    clock.jump(byMs);
    await once.execute('m', act);
    expect(count()).toBe(1);
    // The next provider, which the journal tells.
    const next = new IdempotencyCache<number>(clock);
    for (const answer of once.settled(0).answers) next.remember(answer);
    expect(await next.execute('m', act)).toBe(1);
    clock.advance(REMEMBERED_MS);
    expect(next.has('m')).toBe(false);
  });

  it('has the next provider forget no later than ten minutes after it came, though the clock was put back', async () => {
    const clock = new ManualClock(10_000_000);
    const once = new IdempotencyCache<number>(clock);
    const { act } = counting();
    await once.execute('m', act);
    const { answers } = once.settled(0);
    clock.jump(-7_200_000);
    const next = new IdempotencyCache<number>(clock);
    for (const answer of answers) next.remember(answer);
    expect(next.has('m')).toBe(true);
    clock.advance(REMEMBERED_MS);
    expect(next.has('m')).toBe(false);
  });

  it('is full rather than to forget, and has room again when the first are ten minutes old', async () => {
    const clock = new ManualClock();
    const once = new IdempotencyCache<string>(clock);
    const large = 'x'.repeat(1024 * 1024);
    for (let index = 0; !once.isFull; index += 1) {
      expect(index).toBeLessThan(17);
      await once.execute(`m${index}`, () => Promise.resolve(large));
    }
    expect(once.has('m0')).toBe(true);
    clock.advance(REMEMBERED_MS);
    expect(once.isFull).toBe(false);
  });
});

describe('a command', () => {
  const health = () => new Health(() => undefined);
  const full = { isFull: true, has: (id: string) => id === 'known' };
  const fault = {
    code: 'CTX_JOURNAL_UNWRITABLE',
    message: 'the journal cannot be written',
    hint: 'make room',
  };

  it('that would not be remembered is refused, but not what is known, has no id, or ends the provider', () => {
    const ports = { once: full, health: health() };
    expect(refusalOf('stop', 'new', ports)?.code).toBe('CTX_COMMANDS_FULL');
    expect(refusalOf('stop', 'known', ports)).toBeUndefined();
    expect(refusalOf('stop', undefined, ports)).toBeUndefined();
    expect(refusalOf('exit', 'new', ports)).toBeUndefined();
  });

  it('that starts something is refused while the journal cannot be written', () => {
    const ports = { once: { ...full, isFull: false }, health: health() };
    ports.health.note('journal', fault);
    for (const action of ['start', 'restart', 'reload'])
      expect(refusalOf(action, 'new', ports)).toMatchObject(fault);
    expect(refusalOf('start', undefined, ports)?.code).toBe('CTX_JOURNAL_UNWRITABLE');
    expect(refusalOf('start', 'known', ports)).toBeUndefined();
    expect(refusalOf('stop', 'new', ports)).toBeUndefined();
    ports.health.note('journal', undefined);
    expect(refusalOf('start', 'new', ports)).toBeUndefined();
  });
});
