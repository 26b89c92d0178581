// fan-out: CPU usage that commands and events cause in unaffected services, compared with the same services idle.

import { setTimeout as passTime } from 'node:timers/promises';
import { Connection } from '../src/bus/connection.js';
import { atMost, composeMeasurement, type Measurement } from './measurement.js';
import { cpuMsOf, sum } from './processes.js';
import { openRig, TRANSACTION, type Rig } from './rig.js';

export interface FanOutSize {
  readonly rounds: number;
  readonly counts: readonly [few: number, many: number];
  /** Commands, and events, in each round. */
  readonly messages: number;
  /** The shortest that is measured, in ms: longer than a heartbeat, so that silence costs something as well. */
  readonly windowMs: number;
  /** As in `RigServices`. */
  readonly supervision?: string;
}

export const FAN_OUT_SIZE: FanOutSize = { rounds: 5, counts: [10, 200], messages: 1000, windowMs: 5500 };

/** CPU time in ms of each round. */
interface Cost {
  /** Of all services, while commands and events pass. */
  readonly services: readonly number[];
  /** Of all services, for as long, without messages. */
  readonly idle: readonly number[];
  /** Of the provider, while commands and events pass. */
  readonly provider: readonly number[];
}

export async function measureFanOut(size: FanOutSize = FAN_OUT_SIZE): Promise<readonly Measurement[]> {
  const [few, many] = size.counts;
  const small = await measureCost(few, size);
  const large = await measureCost(many, size);
  const what = `${size.messages} commands and events`;
  return [
    composeMeasurement({
      name: `CPU of ${many} idle services during ${what}`,
      baseline: 'for as long without messages',
      unit: 'ms',
      ours: large.services,
      base: large.idle,
      goal: atMost(1.25),
    }),
    composeMeasurement({
      name: `CPU of the provider for ${what}, ${many} services`,
      baseline: `with ${few}`,
      unit: 'ms',
      ours: large.provider,
      base: small.provider,
      goal: atMost(1.25),
    }),
  ];
}

async function measureCost(
  count: number,
  { rounds, messages, windowMs, supervision }: FanOutSize,
): Promise<Cost> {
  await using rig = await openRig({ count, supervision });
  const pids = (await rig.start()).map(({ pid }) => pid ?? 0);
  const otherClient = new Connection(rig.endpoints, [], () => undefined);
  await otherClient.ready();
  const cost = { services: [] as number[], idle: [] as number[], provider: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    const before = performance.now();
    const providerMs = cpuMsOf(rig.pid);
    cost.services.push(
      await cpuDuring(pids, async () => {
        await sendTraffic(rig, otherClient, messages);
        await passTime(windowMs - (performance.now() - before));
      }),
    );
    cost.provider.push(cpuMsOf(rig.pid) - providerMs);
    const tookMs = performance.now() - before;
    cost.idle.push(await cpuDuring(pids, () => passTime(tookMs)));
  }
  await otherClient.close();
  return cost;
}

async function cpuDuring(pids: readonly number[], act: () => Promise<void>): Promise<number> {
  const before = pids.map(cpuMsOf);
  await act();
  return sum(pids.map(cpuMsOf)) - sum(before);
}

/** Commands about one service, each rejected because the service runs already, and events of an unknown service. */
async function sendTraffic(rig: Rig, otherClient: Connection, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await otherClient.publish('control', {
      header: { action: 'updated', service_id: 'far', service_name: 'far', service_transaction: 'FAR' },
      content: { status: { result: 'success', device_action: 'far', pid: process.pid } },
    });
    await rig.client.command({ action: 'start', serviceId: 'ts_0', transaction: TRANSACTION });
  }
}
