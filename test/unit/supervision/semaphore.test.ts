import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { Semaphore } from '../../../src/supervision/semaphore.js';

describe('Semaphore', () => {
  /** The numbers of the callers that hold a permit, in the order in which they got it. */
  function queueUp(semaphore: Semaphore, count: number) {
    const holders: number[] = [];
    const release = new Map<number, () => void>();
    const acquired = Array.from({ length: count }, async (_, index) => {
      const out = await semaphore.acquire();
      holders.push(index);
      release.set(index, out);
    });
    return { holders, release, all: Promise.all(acquired) };
  }
  const settle = () => new Promise((resume) => setImmediate(resume));

  it('grants its permits, and the next in the order of the calls as permits are released', async () => {
    const { holders, release, all } = queueUp(new Semaphore(2), 4);
    await settle();
    expect(holders).toEqual([0, 1]);
    release.get(1)?.();
    await settle();
    expect(holders).toEqual([0, 1, 2]);
    release.get(0)?.();
    await all;
    expect(holders).toEqual([0, 1, 2, 3]);
  });

  it('releases each permit once, also if it is released several times', async () => {
    const semaphore = new Semaphore(1);
    const { holders, release } = queueUp(semaphore, 3);
    await settle();
    for (let times = 0; times < 3; times += 1) release.get(0)?.();
    await settle();
    expect(holders).toEqual([0, 1]);
  });

  it('has all permits again when all were released', async () => {
    const semaphore = new Semaphore(1);
    for (let times = 0; times < 3; times += 1) (await semaphore.acquire())();
    const { holders } = queueUp(semaphore, 2);
    await settle();
    expect(holders).toEqual([0]);
  });

  it('has four permits for each core by default', async () => {
    const permits = availableParallelism() * 4;
    const { holders } = queueUp(new Semaphore(), permits + 1);
    await settle();
    expect(holders).toHaveLength(permits);
  });
});
