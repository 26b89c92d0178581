import { describe, expect, it } from 'vitest';
import {
  findMembers,
  isSameProcess,
  readProcessTable,
  type ProcessEntry,
  type RunSelector,
} from '../../../src/processes/process-table.js';

const run: RunSelector = { token: 'T', leader: { pid: 100, startTime: '1' } };

/** pid, parent, group, token */
type Row = readonly [number, number, number, string?];

function members(rows: readonly Row[], more: Partial<RunSelector> = {}): readonly number[] {
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
      'processes with the token',
      [
        [100, 1, 100, 'T'],
        [101, 1, 101, 'T'],
      ],
      [100, 101],
    ],
    [
      'members of the process group of the leader, without the token',
      [
        [100, 1, 100],
        [101, 1, 100],
      ],
      [100, 101],
    ],
    [
      'descendants outside of both',
      [
        [100, 1, 100],
        [101, 100, 101],
        [102, 101, 102],
      ],
      [100, 101, 102],
    ],
    [
      'children before their parents in the table',
      [
        [90, 95, 90],
        [95, 100, 95],
        [100, 1, 100],
      ],
      [90, 95, 100],
    ],
    [
      'no other process',
      [
        [1, 0, 1],
        [100, 1, 100],
        [200, 1, 200, 'U'],
        [201, 200, 200],
      ],
      [100],
    ],
    [
      'no parents and siblings',
      [
        [50, 1, 50],
        [51, 50, 50],
        [100, 50, 100],
      ],
      [100],
    ],
    ['nothing in an empty table', [], []],
  ])('finds %s', (_who, rows, found) => {
    expect(members(rows)).toEqual(found);
  });

  const inGroup: Row = [101, 1, 100];
  it('ignores the process group of a leader that has ended, even if its pid is reused', () => {
    expect(members([inGroup])).toEqual([]);
    expect(members([[100, 1, 100], inGroup], { leader: { pid: 100, startTime: '2' } })).toEqual([]);
  });

  it('finds recorded descendants, but not another process with a reused pid', () => {
    expect(members([inGroup], { descendants: [{ pid: 101, startTime: '1' }] })).toEqual([101]);
    expect(members([inGroup], { descendants: [{ pid: 101, startTime: '2' }] })).toEqual([]);
  });
});

describe('readProcessTable', () => {
  it('contains this process', () => {
    const own = readProcessTable().find((each) => each.pid === process.pid)!;
    expect(own).toMatchObject({ parent: process.ppid, token: process.env.CONTEXTD_TOKEN });
    expect(isSameProcess(own)).toBe(true);
  });

  it('distinguishes a process with a reused pid', () => {
    const own = readProcessTable().find((each) => each.pid === process.pid)!;
    expect(isSameProcess({ ...own, startTime: '1' })).toBe(false);
  });
});
