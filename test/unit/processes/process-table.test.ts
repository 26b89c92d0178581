import { describe, expect, it } from 'vitest';
import {
  findMembers,
  isSameProcess,
  readProcessTable,
  type ProcessEntry,
  type RunMembers,
} from '../../../src/processes/process-table.js';

const run: RunMembers = { token: 'T', leader: { pid: 100, startTime: '1' } };

/** pid, parent, group, token */
type Row = readonly [number, number, number, string?];

function members(rows: readonly Row[], more: Partial<RunMembers> = {}): readonly number[] {
  const table = rows.map(([pid, parent, group, token]): ProcessEntry => ({
    pid,
    parent,
    group,
    token,
    name: 'x',
    startTime: '1',
  }));
  return findMembers(table, { ...run, ...more }).map((each) => each.pid);
}

describe('findMembers', () => {
  it.each<[string, readonly Row[], readonly number[]]>([
    [
      'who carries the token',
      [
        [100, 1, 100, 'T'],
        [101, 1, 101, 'T'],
      ],
      [100, 101],
    ],
    [
      'who is in the group of the leader, without the token',
      [
        [100, 1, 100],
        [101, 1, 100],
      ],
      [100, 101],
    ],
    [
      'children of members that have left both',
      [
        [100, 1, 100],
        [101, 100, 101],
        [102, 101, 102],
      ],
      [100, 101, 102],
    ],
    [
      'children that stand before their parents in the table',
      [
        [90, 95, 90],
        [95, 100, 95],
        [100, 1, 100],
      ],
      [90, 95, 100],
    ],
    [
      'nobody else',
      [
        [1, 0, 1],
        [100, 1, 100],
        [200, 1, 200, 'U'],
        [201, 200, 200],
      ],
      [100],
    ],
    [
      'no parents and no neighbours',
      [
        [50, 1, 50],
        [51, 50, 50],
        [100, 50, 100],
      ],
      [100],
    ],
    ['nobody when nobody is there', [], []],
  ])('finds %s', (_who, rows, found) => {
    expect(members(rows)).toEqual(found);
  });

  const inGroup: Row = [101, 1, 100];
  it('takes no process group for that of a run whose leader has ended or whose number is given to another', () => {
    expect(members([inGroup])).toEqual([]);
    expect(members([[100, 1, 100], inGroup], { leader: { pid: 100, startTime: '2' } })).toEqual([]);
  });

  it('finds who was seen before, but not another process with its number', () => {
    expect(members([inGroup], { known: [{ pid: 101, startTime: '1' }] })).toEqual([101]);
    expect(members([inGroup], { known: [{ pid: 101, startTime: '2' }] })).toEqual([]);
  });
});

describe('readProcessTable', () => {
  it('knows this process, and that it is still the same', () => {
    const own = readProcessTable().find((each) => each.pid === process.pid)!;
    expect(own).toMatchObject({ parent: process.ppid, token: process.env.CONTEXTD_TOKEN });
    expect(isSameProcess(own)).toBe(true);
  });

  it('takes a pid that was given to another process for another one', () => {
    const own = readProcessTable().find((each) => each.pid === process.pid)!;
    expect(isSameProcess({ ...own, startTime: '1' })).toBe(false);
  });
});
