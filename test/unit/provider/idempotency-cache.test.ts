// Messages that arrive again: executed once, answered each time, for ten minutes, whatever their number.

import { expect, it } from 'vitest';
import { IdempotencyCache, ANSWER_RETENTION_MS } from '../../../src/provider/idempotency-cache.js';
import { ManualClock } from '../../helpers/manual-clock.js';

const counting = () => {
  let count = 0;
  const act = () => Promise.resolve((count += 1));
  return { act, count: () => count };
};

it('executes a message id once and gives each sender the same answer', async () => {
  const cache = new IdempotencyCache<number>(new ManualClock());
  const { act, count } = counting();
  expect(await Promise.all([cache.execute('m', act), cache.execute('m', act)])).toEqual([1, 1]);
  expect(await cache.execute('m', act)).toBe(1);
  expect(await cache.execute('n', act)).toBe(2);
  expect(count()).toBe(2);
});

it('executes a message without an id each time', async () => {
  const cache = new IdempotencyCache<number>(new ManualClock());
  const { act } = counting();
  expect([await cache.execute(undefined, act), await cache.execute(undefined, act)]).toEqual([1, 2]);
});

it('gives the answer of a message that is being executed or was executed, and none of a new one', async () => {
  const cache = new IdempotencyCache<number>(new ManualClock());
  const { act } = counting();
  const first = cache.execute('m', act);
  expect(cache.answerOf('m')).toBe(first);
  await first;
  expect(await cache.answerOf('m')).toBe(1);
  expect(cache.answerOf('n')).toBeUndefined();
});

it('keeps every answer for ten minutes and no longer', async () => {
  const clock = new ManualClock();
  const cache = new IdempotencyCache<number>(clock);
  const { act, count } = counting();
  for (let index = 0; index < 20_000; index += 1) await cache.execute(`m${index}`, act);
  clock.advance(ANSWER_RETENTION_MS - 1);
  for (const index of [0, 1, 19_999]) await cache.execute(`m${index}`, act);
  expect(count()).toBe(20_000);
  expect(cache.settled(0).answers).toHaveLength(20_000);
  clock.advance(1);
  expect(await cache.execute('m0', act)).toBe(20_001);
  expect(cache.settled(0).answers).toHaveLength(1);
});

it.each([3_600_000, -7_200_000])('keeps an answer when the clock jumps by %i ms', async (byMs) => {
  const clock = new ManualClock();
  const cache = new IdempotencyCache<number>(clock);
  const { act, count } = counting();
  await cache.execute('m', act);
  clock.jump(byMs);
  await cache.execute('m', act);
  expect(count()).toBe(1);
  // The cache of the next provider, restored from the journal.
  const next = new IdempotencyCache<number>(clock);
  for (const answer of cache.settled(0).answers) next.restore(answer);
  expect(await next.execute('m', act)).toBe(1);
  clock.advance(ANSWER_RETENTION_MS);
  expect(next.answerOf('m')).toBeUndefined();
});

it('forgets a restored answer within ten minutes, though the clock was set back', async () => {
  const clock = new ManualClock(10_000_000);
  const cache = new IdempotencyCache<number>(clock);
  const { act } = counting();
  await cache.execute('m', act);
  const { answers } = cache.settled(0);
  clock.jump(-7_200_000);
  const next = new IdempotencyCache<number>(clock);
  for (const answer of answers) next.restore(answer);
  expect(await next.answerOf('m')).toBe(1);
  clock.advance(ANSWER_RETENTION_MS);
  expect(next.answerOf('m')).toBeUndefined();
});

it('is full rather than forget an answer, and has room again when the first ones are ten minutes old', async () => {
  const clock = new ManualClock();
  const cache = new IdempotencyCache<string>(clock);
  const large = 'x'.repeat(1024 * 1024);
  for (let index = 0; !cache.isFull; index += 1) {
    expect(index).toBeLessThan(17);
    await cache.execute(`m${index}`, () => Promise.resolve(large));
  }
  expect(await cache.answerOf('m0')).toBe(large);
  clock.advance(ANSWER_RETENTION_MS);
  expect(cache.isFull).toBe(false);
});
