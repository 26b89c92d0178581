// weight: memory and idle CPU of a provider with 50 services, and of each service, against bare processes.

import { setTimeout as passTime } from 'node:timers/promises';
import { startBare, startChild, type Child, endAll } from './children.js';
import { atMost, composeMeasurement, type Measurement } from './measurement.js';
import { cpuMsOf, pssMiBOf, rssMiBOf } from './processes.js';
import { openRig, type Rig } from './rig.js';
import { quantile } from './statistics.js';

export interface WeightSize {
  readonly rounds: number;
  readonly count: number;
  /** How long it is left alone first: V8 tidies up about ten seconds after the last work, once. */
  readonly settleMs: number;
  /** How long the idle provider is watched, in each round. */
  readonly watchMs: number;
  /** As in `RigServices`. */
  readonly supervision?: string;
}

export const WEIGHT_SIZE: WeightSize = { rounds: 5, count: 50, settleMs: 10_000, watchMs: 5000 };

/** The share of a core that an idle provider may take. */
const CPU_GOAL = 0.003;

interface Round {
  readonly rss: number;
  readonly bareRss: number;
  readonly share: number;
  readonly pss: number;
  readonly barePss: number;
}

export async function measureWeight(size: WeightSize = WEIGHT_SIZE): Promise<readonly Measurement[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < size.rounds; round += 1) rounds.push(await measureOnce(size));
  const of = (key: keyof Round) => rounds.map((each) => each[key]);
  return [
    composeMeasurement({
      name: `memory of a provider of ${size.count}`,
      baseline: 'node with zeromq',
      unit: 'MiB RSS',
      ours: of('rss'),
      base: of('bareRss'),
      goal: atMost(1.35),
    }),
    composeMeasurement({
      name: `CPU of a provider of ${size.count} idle services`,
      baseline: 'a core',
      unit: '%',
      ours: of('share').map((share) => share * 100),
      base: rounds.map(() => 100),
      goal: atMost(CPU_GOAL),
    }),
    composeMeasurement({
      name: 'memory of a service',
      baseline: 'a bare fork',
      unit: 'MiB PSS',
      ours: of('pss'),
      base: of('barePss'),
      goal: atMost(1.25),
    }),
  ];
}

async function measureOnce({ count, settleMs, watchMs, supervision }: WeightSize): Promise<Round> {
  await using rig = await openRig({ count, supervision });
  const services = (await rig.start()).map(({ pid }) => pid ?? 0);
  await using idle = await startChild('idle');
  const bare = await startBares(rig, count);
  try {
    await passTime(settleMs);
    const before = cpuMsOf(rig.pid);
    const from = performance.now();
    await passTime(watchMs);
    const share = (cpuMsOf(rig.pid) - before) / (performance.now() - from);
    return {
      share,
      rss: rssMiBOf(rig.pid),
      bareRss: rssMiBOf(idle.pid),
      pss: quantile(services.map(pssMiBOf), 0.5),
      barePss: quantile(
        bare.map(({ pid }) => pssMiBOf(pid)),
        0.5,
      ),
    };
  } finally {
    await endAll(bare);
  }
}

/** A few at a time: how fast they start is not asked here. */
async function startBares({ endpoints }: Rig, count: number): Promise<readonly Child[]> {
  const children: Child[] = [];
  for (let index = 0; index < count; index += 1) children.push(await startBare(endpoints));
  return children;
}
