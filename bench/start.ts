// start: N services launched until all have reported started, against N bare forks.

import { endAll, startBare } from './children.js';
import { atMost, composeMeasurement, interleave, type Measurement } from './measurement.js';
import { openRig, type Rig } from './rig.js';

export interface StartSize {
  readonly rounds: number;
  readonly counts: readonly number[];
}

export const START_SIZE: StartSize = { rounds: 5, counts: [1, 10, 50, 200] };

/** Where the machine is the limit, and no longer the way of one child. */
const MANY = 50;

export async function measureStart(size: StartSize = START_SIZE): Promise<readonly Measurement[]> {
  const figures: Measurement[] = [];
  for (const count of size.counts) figures.push(...(await measureCount(count, size.rounds)));
  return figures;
}

async function measureCount(count: number, rounds: number): Promise<readonly Measurement[]> {
  await using processes = await openRig({ count });
  await using threads = await openRig({ count, serviceType: 'Thread' });
  // The first start compiles the service.
  for (const rig of [processes, threads]) await timeStart(rig);
  const series = await interleave(rounds, {
    bare: () => timeBare(count, processes),
    processes: () => timeStart(processes),
    threads: () => timeStart(threads),
  });
  const many = count >= MANY;
  return [
    composeMeasurement({
      name: `start of ${count} as processes`,
      baseline: 'bare forks',
      unit: 'ms',
      ours: series.processes,
      base: series.bare,
      ...(many ? { goal: atMost(1.1) } : {}),
    }),
    composeMeasurement({
      name: `start of ${count} as threads`,
      baseline: 'as processes',
      unit: 'ms',
      ours: series.threads,
      base: series.processes,
      ...(many ? { goal: atMost(0.5) } : {}),
    }),
  ];
}

async function timeStart(rig: Rig): Promise<number> {
  const before = performance.now();
  await rig.start();
  const tookMs = performance.now() - before;
  await rig.stop();
  return tookMs;
}

async function timeBare(count: number, { endpoints }: Rig): Promise<number> {
  const before = performance.now();
  const children = await Promise.all(Array.from({ length: count }, () => startBare(endpoints)));
  const tookMs = performance.now() - before;
  await endAll(children);
  return tookMs;
}
