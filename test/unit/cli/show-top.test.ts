import { describe, expect, it } from 'vitest';
import type { Memory, TopEntry } from '../../../src/messages/samples.js';
import { formatDuration, formatMib } from '../../../src/cli/terminal/format-units.js';
import { createPaint } from '../../../src/cli/terminal/paint.js';
import { formatTop } from '../../../src/cli/show/top.js';

const memory = (more: Partial<Memory> = {}): Memory => {
  const total = { rss: 57.4, vms: 1086.9, percent: 0.2, cpu: 12.54, threads: 14, fds: 34 };
  return { ...total, status: 'sleeping', children: [], total, timestamp: 0, elapsed: 0, ...more };
};

const entry = (id: string, more: Partial<TopEntry> = {}): TopEntry => ({
  service_id: id,
  serviceName: 'name',
  instance: 'Name',
  pid: 10176,
  status: 'started',
  uptime_s: 187,
  restarts: 1,
  memory: memory(),
  ...more,
});

describe('the table of top', () => {
  it('has a line per service and their totals, numbers to the right', () => {
    const lines = formatTop(
      [
        entry('ts_100'),
        entry('ts_101_longer', { pid: 7, memory: memory({ children: [{ pid: 8 } as never] }) }),
        entry('ts_102', { pid: null, status: 'backoff', memory: null, uptime_s: 0.2 }),
      ],
      createPaint(false),
    );
    expect(lines).toMatchInlineSnapshot(`
      [
        "service         pid state   cpu%   rss  vms thr fds chld uptime restarts",
        "ts_100        10176 started 12.5 57.4M 1.1G  14  34    0  3m07s        1",
        "ts_101_longer     7 started 12.5 57.4M 1.1G  14  34    1  3m07s        1",
        "ts_102            - backoff    -     -    -   -   -    -     0s        1",
        "total               2 up    25.1  115M 2.1G  28  68    1               3",
      ]
    `);
  });

  it('counts the memory of a process once if several of its threads are services', () => {
    const lines = formatTop([entry('ts_1'), entry('ts_2')], createPaint(false));
    expect(lines.at(-1)!.split(/ +/)).toEqual([
      'total',
      '1',
      'up',
      '25.1',
      '57.4M',
      '1.1G',
      '14',
      '34',
      '0',
      '2',
    ]);
  });

  it('lists the requested details of each service', () => {
    const details = memory({
      connections: [
        {
          fd: 21,
          family: 'ipv4',
          type: 'stream',
          laddr: '127.0.0.1:5',
          raddr: '127.0.0.1:6',
          status: 'ESTABLISHED',
        },
        { fd: 22, family: 'unix', type: 'stream', laddr: '', raddr: '', status: 'NONE' },
      ],
      opened_files: [{ path: '/tmp/a.log', fd: 3, mode: 'a' }],
      memory_map: [{ path: '[heap]', rss: 8.25, size: 1200, pss: 8 }],
    });
    const lines = formatTop([entry('ts_1', { memory: details })], createPaint(false));
    expect(lines.slice(3)).toMatchInlineSnapshot(`
      [
        "",
        "ts_1 connections (2)",
        "    21 ipv4 stream 127.0.0.1:5 -> 127.0.0.1:6 ESTABLISHED",
        "    22 unix stream",
        "",
        "ts_1 opened files (1)",
        "     3 a  /tmp/a.log",
        "",
        "ts_1 memory maps (1)",
        "      8.3M of   1.2G  [heap]",
      ]
    `);
  });

  it('has the same layout with colours', () => {
    const plain = formatTop([entry('started', { status: 'started' })], createPaint(false));
    const painted = formatTop([entry('started', { status: 'started' })], createPaint(true));
    expect(painted).not.toEqual(plain);
    // eslint-disable-next-line no-control-regex -- colours begin with the control character that is looked for
    expect(painted.map((line) => line.replace(/\u001b\[\d+m/g, ''))).toEqual(plain);
  });
});

it.each([
  [0, '0.0M'],
  [57.38, '57.4M'],
  [99.96, '100.0M'],
  [612.4, '612M'],
  [1086.9, '1.1G'],
  [204_800, '200G'],
  [2_097_152, '2.0T'],
])('%d MiB is %s', (mib, text) => {
  expect(formatMib(mib)).toBe(text);
});

it.each([
  [0.2, '0s'],
  [59.9, '59s'],
  [187, '3m07s'],
  [3600, '1h00m'],
  [18_720, '5h12m'],
  [792_000, '9d04h'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});
