import { describe, expect, it } from 'vitest';
import { CpuMeter } from '../../../src/sampler/cpu-meter.js';
import type { ProcessUsage } from '../../../src/sampler/sample.js';
import { sumUsage } from '../../../src/sampler/sum-usage.js';
import { groupByParent, collectDescendants } from '../../../src/sampler/tree.js';
import { composeConnections } from '../../../src/sampler/usage-connections.js';

describe('a process tree', () => {
  /** pid, parent */
  const below = (root: number, rows: readonly (readonly [number, number])[]) => {
    const children = groupByParent(new Map(rows.map(([pid, parent]) => [pid, { parent }])));
    return collectDescendants([root], (pid) => children.get(pid)).slice(1);
  };
  it.each<[string, readonly (readonly [number, number])[], readonly number[]]>([
    ['no descendants', [[2, 1]], []],
    ['children and theirs', [[2, 5], [3, 2], [4, 3], [6, 1]], [2, 3, 4]], // prettier-ignore
    ['children with lower numbers than their parents', [[2, 3], [3, 4], [4, 5]], [4, 3, 2]], // prettier-ignore
    ['each once, if the table contains a cycle', [[2, 5], [3, 2], [5, 3]], [2, 3]], // prettier-ignore
    ['not itself as its own child', [[5, 5], [6, 5]], [6]], // prettier-ignore
  ])('has %s', (_who, rows, expected) => expect(below(5, rows)).toEqual(expected));

  it('has a thousand levels', () => {
    const rows = Array.from({ length: 1000 }, (_, index) => [index + 6, index + 5] as const);
    expect(below(5, rows)).toHaveLength(1000);
  });
});

describe('CpuMeter', () => {
  const reading = (cpuMs: number, atMs: number, start = 1) => ({ cpuMs, atMs, start, ageMs: 2000 });

  it('returns the percentage since the start, then since the previous reading', () => {
    const meter = new CpuMeter();
    expect(meter.percent(7, reading(500, 10_000))).toBe(25);
    meter.endRound();
    expect(meter.percent(7, reading(1500, 11_000))).toBe(100);
    meter.endRound();
    expect(meter.percent(7, reading(3500, 12_000))).toBe(200);
  });

  it('distinguishes processes that reuse a pid', () => {
    const meter = new CpuMeter();
    meter.percent(7, reading(500, 10_000));
    meter.endRound();
    expect(meter.percent(7, reading(20, 11_000, 2))).toBe(1);
  });

  it('forgets ids that are not measured in a round', () => {
    const meter = new CpuMeter();
    meter.percent(7, reading(500, 10_000));
    meter.endRound();
    meter.endRound();
    expect(meter.percent(7, reading(1500, 11_000))).toBe(75);
  });

  it('returns the previous value after a too short interval, and continues from that reading', () => {
    const meter = new CpuMeter();
    meter.percent(7, reading(500, 10_000));
    for (const atMs of [10_001, 10_020, 10_040]) {
      meter.endRound();
      expect(meter.percent(7, reading(510, atMs))).toBe(25);
    }
    meter.endRound();
    expect(meter.percent(7, reading(550, 10_100))).toBe(50);
  });

  it('is never negative, and 0 for a new process', () => {
    const meter = new CpuMeter();
    meter.percent(7, reading(500, 10_000));
    meter.endRound();
    expect(meter.percent(7, reading(490, 11_000))).toBe(0);
    expect(meter.percent(8, { start: 1, cpuMs: 0, atMs: 0, ageMs: 0 })).toBe(0);
  });
});

describe('sumUsage', () => {
  const one: ProcessUsage = {
    pid: 1,
    parent: 0,
    name: 'x',
    status: 'running',
    startedAtMs: 0,
    rssBytes: 10,
    vmsBytes: 100,
    memoryPercent: 1,
    cpuPercent: 50,
    threads: 3,
  };
  const sums = { rssBytes: 20, vmsBytes: 200, memoryPercent: 2, cpuPercent: 100, threads: 6 };

  it('leaves out values that are missing everywhere', () => expect(sumUsage([one, one])).toEqual(sums));

  it('adds the values that are known', () => {
    const all = [
      { ...one, fds: 5, readBytes: 1 },
      { ...one, readBytes: 2, writeBytes: 0, pssBytes: 4 },
    ];
    expect(sumUsage(all)).toEqual({ ...sums, fds: 5, readBytes: 3, writeBytes: 0, pssBytes: 4 });
  });
});

describe('composeConnections', () => {
  const listed = (more: object) => ({
    protocol: 'tcp',
    localAddress: '127.0.0.1',
    localPort: '80',
    peerAddress: '0.0.0.0',
    peerPort: '*',
    state: 'LISTEN',
    pid: 7,
    ...more,
  });
  it.each([
    [{}, { family: 'ipv4', type: 'stream', local: '127.0.0.1:80', remote: '', status: 'LISTEN' }],
    [
      { protocol: 'tcp6', localAddress: '[::1]', peerAddress: '[::]' },
      { family: 'ipv6', type: 'stream', local: '[::1]:80', remote: '', status: 'LISTEN' },
    ],
    [
      { peerAddress: '127.0.0.1', peerPort: '5555', state: 'ESTABLISHED' },
      {
        family: 'ipv4',
        type: 'stream',
        local: '127.0.0.1:80',
        remote: '127.0.0.1:5555',
        status: 'ESTABLISHED',
      },
    ],
    [
      { protocol: 'udp', state: 'UNCONN' },
      { family: 'ipv4', type: 'dgram', local: '127.0.0.1:80', remote: '', status: 'NONE' },
    ],
  ])('%j', (more, expected) => {
    const found = composeConnections([listed(more), listed({ pid: 8 })], new Set([7]));
    expect([...found]).toEqual([[7, [{ pid: 7, fd: -1, ...expected }]]]);
  });
});
