import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createDeferred } from '../../../src/base/deferred.js';
import { AdaptiveThrottle } from '../../../src/provider/adaptive-throttle.js';
import { Semaphore } from '../../../src/supervision/semaphore.js';
import { ManualClock } from '../../helpers/manual-clock.js';

describe('Semaphore', () => {
  /** The numbers of those who are inside, as they come. */
  function queueUp(gate: Semaphore, count: number) {
    const inside: number[] = [];
    const leave = new Map<number, () => void>();
    const admitted = Array.from({ length: count }, async (_, index) => {
      const out = await gate.acquire();
      inside.push(index);
      leave.set(index, out);
    });
    return { inside, leave, all: Promise.all(admitted) };
  }
  const settle = () => new Promise((resume) => setImmediate(resume));

  it('lets as many in as it has room, and the others in their order as room is made', async () => {
    const { inside, leave, all } = queueUp(new Semaphore(2), 4);
    await settle();
    expect(inside).toEqual([0, 1]);
    leave.get(1)?.();
    await settle();
    expect(inside).toEqual([0, 1, 2]);
    leave.get(0)?.();
    await all;
    expect(inside).toEqual([0, 1, 2, 3]);
  });

  it('makes room once for each, however often he leaves', async () => {
    const gate = new Semaphore(1);
    const { inside, leave } = queueUp(gate, 3);
    await settle();
    for (let times = 0; times < 3; times += 1) leave.get(0)?.();
    await settle();
    expect(inside).toEqual([0, 1]);
  });

  it('has its room back when all have left', async () => {
    const gate = new Semaphore(1);
    for (let times = 0; times < 3; times += 1) (await gate.acquire())();
    const { inside } = queueUp(gate, 2);
    await settle();
    expect(inside).toEqual([0]);
  });

  it('has room for four to a core when nothing else is said', async () => {
    const room = availableParallelism() * 4;
    const { inside } = queueUp(new Semaphore(), room + 1);
    await settle();
    expect(inside).toHaveLength(room);
  });
});

describe('AdaptiveThrottle', () => {
  it('publishes a change in the next turn, and several as one', () => {
    const clock = new ManualClock();
    let published = 0;
    const publisher = new AdaptiveThrottle(clock, () => (published += 1), { share: 0.1 });
    publisher.changed();
    publisher.changed();
    expect(published).toBe(0);
    expect(clock.waiting).toEqual([0]);
    clock.advance(0);
    expect(published).toBe(1);
    expect(clock.waiting).toEqual([]);
  });

  it('pauses until the last publishing has had no more than its share of the time', () => {
    const clock = new ManualClock();
    const publisher = new AdaptiveThrottle(clock, () => clock.advance(20), { share: 0.02 });
    publisher.changed();
    publisher.flush();
    publisher.changed();
    expect(clock.waiting).toEqual([20 * 49]);
  });

  it('counts what is done later, up to the longest wait', async () => {
    const clock = new ManualClock();
    const gone = createDeferred<void>();
    const writer = new AdaptiveThrottle(clock, () => gone.promise, { share: 0.1, mostMs: 100 });
    writer.changed();
    clock.advance(0);
    clock.advance(20);
    gone.resolve();
    await gone.promise;
    writer.changed();
    expect(clock.waiting).toEqual([100]);
  });

  it('publishes at once what is asked for, leaves no timer, and nothing when nothing has changed', () => {
    const clock = new ManualClock();
    let published = 0;
    const publisher = new AdaptiveThrottle(clock, () => (published += 1), { share: 0.1 });
    publisher.flush();
    expect(published).toBe(0);
    publisher.changed();
    publisher.flush();
    expect(published).toBe(1);
    clock.advance(1_000_000);
    expect(published).toBe(1);
  });
});
