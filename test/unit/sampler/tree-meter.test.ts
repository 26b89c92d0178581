import { describe, expect, it } from 'vitest';
import { TreeMeter, type TreeMember } from '../../../src/sampler/tree-meter.js';

type Member = Partial<TreeMember> & Pick<TreeMember, 'ownMs'>;

/** Readings of one tree, a second apart by default; pid 1 is its root. */
function openTree(processors = 4) {
  const meter = new TreeMeter(processors);
  let atMs = 0;
  return (
    members: Readonly<Record<number, Member>>,
    alive: readonly number[] = [],
    passedMs = 1000,
  ): number => {
    atMs += passedMs;
    const read = Object.entries(members).map(([pid, member]) => {
      const complete = { start: 1, parent: Number(pid) === 1 ? 0 : 1, endedMs: 0, ageMs: 500, ...member };
      return [Number(pid), complete] as const;
    });
    const isAlive = (pid: number) => alive.includes(pid);
    const percent = meter.percent({ root: 1, key: '1/', atMs, members: new Map(read), isAlive });
    meter.endRound();
    return percent;
  };
}

describe('TreeMeter', () => {
  it('returns the percentage since the start of the root, including ended children', () => {
    expect(openTree()({ 1: { ownMs: 100, endedMs: 300, ageMs: 1000 }, 2: { ownMs: 100 } })).toBe(50);
  });

  it('counts children that started and ended between two readings', () => {
    const read = openTree();
    read({ 1: { ownMs: 10 } });
    expect(read({ 1: { ownMs: 20, endedMs: 490 } })).toBe(50);
    expect(read({ 1: { ownMs: 20, endedMs: 490 } })).toBe(0);
  });

  it('counts a child once: while it lives, and the rest of it when it has ended', () => {
    const read = openTree();
    read({ 1: { ownMs: 0 } });
    expect(read({ 1: { ownMs: 0 }, 2: { ownMs: 300 } })).toBe(30);
    expect(read({ 1: { ownMs: 0, endedMs: 400 } })).toBe(10);
    expect(read({ 1: { ownMs: 0, endedMs: 400 } })).toBe(0);
  });

  it('counts a grandchild once whose parent has ended too', () => {
    const read = openTree();
    read({ 1: { ownMs: 0 } });
    expect(read({ 1: { ownMs: 0 }, 2: { ownMs: 100 }, 3: { ownMs: 300, parent: 2 } })).toBe(40);
    expect(read({ 1: { ownMs: 0, endedMs: 450 } })).toBe(5);
  });

  it('is never negative when a child was not waited for, and counts what follows', () => {
    const read = openTree();
    read({ 1: { ownMs: 0 }, 2: { ownMs: 900 } });
    expect(read({ 1: { ownMs: 0 } })).toBe(0);
    expect(read({ 1: { ownMs: 0 } })).toBe(0);
    expect(read({ 1: { ownMs: 0, endedMs: 200 } })).toBe(20);
  });

  it('does not count a child again that had ended but was waited for only after its parent was read', () => {
    const read = openTree();
    read({ 1: { ownMs: 0 } });
    expect(read({ 1: { ownMs: 0 }, 2: { ownMs: 500 } })).toBe(50);
    expect(read({ 1: { ownMs: 0 } })).toBe(0);
    expect(read({ 1: { ownMs: 0, endedMs: 600 } })).toBe(10);
  });

  it('subtracts nothing for a child that moved to another tree', () => {
    const read = openTree();
    read({ 1: { ownMs: 0 }, 2: { ownMs: 300 } });
    expect(read({ 1: { ownMs: 0, endedMs: 200 } }, [2])).toBe(20);
  });

  it('does not count the past of a process that has come from elsewhere', () => {
    const read = openTree();
    read({ 1: { ownMs: 0 } });
    expect(read({ 1: { ownMs: 0 }, 2: { ownMs: 60_000, ageMs: 90_000 } })).toBe(0);
    expect(read({ 1: { ownMs: 0 }, 2: { ownMs: 60_100, ageMs: 91_000 } })).toBe(10);
  });

  it('distinguishes processes that reuse a pid', () => {
    const read = openTree();
    read({ 1: { ownMs: 0 }, 2: { ownMs: 300 } });
    expect(read({ 1: { ownMs: 0, endedMs: 300 }, 2: { ownMs: 100, start: 2 } })).toBe(10);
  });

  it('never exceeds the capacity of all processors', () => {
    const read = openTree(2);
    read({ 1: { ownMs: 0 } });
    // As when a child of an hour ends while /proc is read: in its own file, and in its parent's.
    const percent = read({ 1: { ownMs: 0, endedMs: 3_600_000 }, 2: { ownMs: 100 } });
    expect(percent).toBeLessThanOrEqual(202);
  });

  it('returns the previous value after a too short interval', () => {
    const read = openTree();
    read({ 1: { ownMs: 0 } });
    expect(read({ 1: { ownMs: 500 } })).toBe(50);
    expect(read({ 1: { ownMs: 510 } }, [], 20)).toBe(50);
  });
});
