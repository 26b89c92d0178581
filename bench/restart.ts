// restart: from kill -9 of a service until its replacement is ready, against one bare fork killed and forked again.

import { once } from 'node:events';
import { startBare } from './children.js';
import { atMost, composeMeasurement, interleave, type Measurement } from './measurement.js';
import { openRig, type Rig } from './rig.js';
import { openWatch, type Watch } from './watch.js';

export interface RestartSize {
  readonly rounds: number;
}

export const RESTART_SIZE: RestartSize = { rounds: 15 };

/** A service that is started again at once, as often as the benchmark needs. */
const SUPERVISION =
  '<backoff_s>0</backoff_s><max_restarts>100000</max_restarts><restart_window_s>1</restart_window_s>';
export async function measureRestart(size: RestartSize = RESTART_SIZE): Promise<readonly Measurement[]> {
  await using rig = await openRig({ count: 1, supervision: SUPERVISION, restarts: true });
  await using watch = await openWatch(rig.endpoints);
  let pid = (await rig.start())[0]?.pid ?? 0;
  const series = await interleave(size.rounds, {
    bare: () => timeBare(rig),
    ours: async () => {
      const { tookMs, next } = await timeRestart(watch, pid);
      pid = next;
      return tookMs;
    },
  });
  return [
    composeMeasurement({
      name: 'kill -9 to replacement ready',
      baseline: 'a bare fork',
      unit: 'ms',
      ours: series.ours,
      base: series.bare,
      goal: atMost(1.2),
    }),
  ];
}

async function timeRestart(watch: Watch, pid: number): Promise<{ tookMs: number; next: number }> {
  const started = watch.event('started');
  const before = performance.now();
  process.kill(pid, 'SIGKILL');
  const { pid: next } = await started;
  return { tookMs: performance.now() - before, next: Number(next) };
}

async function timeBare({ endpoints }: Rig): Promise<number> {
  const first = await startBare(endpoints);
  const before = performance.now();
  const gone = once(first.process, 'exit');
  first.process.kill('SIGKILL');
  await gone;
  const second = await startBare(endpoints);
  const tookMs = performance.now() - before;
  await second[Symbol.asyncDispose]();
  return tookMs;
}
