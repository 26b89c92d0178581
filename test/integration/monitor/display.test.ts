// The samples of a Monitor, as displays of the original read them, compared with /proc.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { findMonitor, monitorService } from '../../helpers/monitor.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { spawnProgram } from '../../helpers/program.js';
import { openProvider } from '../../helpers/provider.js';
import { needs, tool } from '../../helpers/requirements.js';

expectNoLeftovers();

const display = join(packageRoot, 'test', 'fixtures', 'python', 'original_monitor_display.py');

interface Line {
  readonly topic: string;
  readonly transaction: string;
  readonly serviceId: string;
  readonly pid: number;
  readonly state: string;
  readonly rss: string;
  readonly vms: string;
  readonly percent: string;
  readonly children: readonly (readonly [number, string, number, number, number, number])[];
  readonly total: readonly [number, number, number];
  readonly timestamp: number;
  readonly elapsed: number;
}

/** A value in kilobytes of /proc/PID/status. */
function statusOf(pid: number, name: string): number {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1]);
}

const isNear = (value: number, other: number, share: number) => Math.abs(value - other) <= share * other;

test(
  'A display of the original shows the usage of the services in MiB, equal to /proc.',
  needs('python3-zmq'),
  async () => {
    await using test = await openProvider([
      monitorService(),
      { id: 'ts_1', instance: 'Forever' },
      { id: 'ts_2', instance: 'SpawnsGrandchild' },
    ]);
    await using observer = await observeBus(test.provider.endpoints);
    const client = await test.client();
    const { status } = await client.command({ action: 'start', transaction: 'T1' });
    expect(status.result).toBe('success');
    const { endpoint } = await findMonitor(observer);
    const grandchild = (await observer.waitForEvent('ts_2', 'updated')).content.status.grandchild as number;
    const pids = Object.fromEntries(status.services.map((each) => [each.service_id, each.pid!]));
    const beforeS = Date.now() / 1000;
    await using shown = spawnProgram(tool('python3'), display, endpoint);
    const lineOf = async (id: string, fits: (line: Line) => boolean = () => true) => {
      const text = await shown.out.waitFor((each) => {
        const line = JSON.parse(each) as Line;
        return line.serviceId === id && fits(line);
      });
      return JSON.parse(text) as Line;
    };

    // New processes still grow: repeat until both values are from the same time.
    const line = await lineOf('ts_1', ({ rss, vms, pid }) => {
      const isSameRss = isNear(Number.parseFloat(rss), statusOf(pid, 'VmRSS') / 1024, 0.02);
      return isSameRss && isNear(Number.parseFloat(vms), statusOf(pid, 'VmSize') / 1024, 0.02);
    });
    expect(line).toMatchObject({ topic: 'monitor', transaction: 'T1', pid: pids.ts_1, state: 'success' });
    const memory = Number(/^MemTotal:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) / 1024;
    expect(isNear(Number(line.percent), (Number.parseFloat(line.rss) / memory) * 100, 0.02)).toBe(true);
    expect(line.rss).toMatch(/^\d+\.\d MiB$/);
    // The sample is younger than the display.
    const untilS = Date.now() / 1000;
    expect(beforeS <= line.timestamp && line.timestamp <= untilS, `taken at ${line.timestamp}`).toBe(true);
    expect(0 < line.elapsed && line.elapsed < untilS - beforeS, `took ${line.elapsed} s`).toBe(true);

    const parent = await lineOf('ts_2', ({ children }) => children.length > 0);
    const [child] = parent.children;
    expect(child?.[0]).toBe(grandchild);
    expect(child?.[1]).toBe('sleeping');
    const own = Number.parseFloat(parent.rss);
    expect(isNear(parent.total[0], own + (child?.[3] ?? 0), 0.02)).toBe(true);
    expect(await lineOf('ts_mon')).toMatchObject({ pid: pids.ts_mon });
  },
);

test(
  'A Monitor that is started last knows all services at once and follows restarts.',
  needs('python3-zmq'),
  async () => {
    await using test = await openProvider([
      { ...monitorService(), entry: 'on_exit' },
      { id: 'ts_1', instance: 'Forever' },
    ]);
    await using observer = await observeBus(test.provider.endpoints);
    const client = await test.client();
    await client.command({ action: 'start', transaction: 'T1' });
    await client.command({ action: 'start', transaction: 'T1', serviceId: 'ts_mon' });
    const { endpoint } = await findMonitor(observer);
    await using shown = spawnProgram(tool('python3'), display, endpoint);
    const pidOf = (text: string) => {
      const { serviceId, pid } = JSON.parse(text) as Line;
      return serviceId === 'ts_1' ? pid : undefined;
    };
    const first = pidOf(await shown.out.waitFor((text) => pidOf(text) !== undefined));
    const { status } = await client.command({ action: 'restart', transaction: 'T1', serviceId: 'ts_1' });
    const second = status.services[0]!.pid!;
    expect(second).not.toBe(first);
    await shown.out.waitFor((text) => pidOf(text) === second);
  },
);
