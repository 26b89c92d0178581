// round-trip: from a client's command or question until the provider's answer, against a raw DEALER and ROUTER.

import { Dealer } from 'zeromq';
import { startChild } from './children.js';
import { composeMeasurement, type Measurement } from './measurement.js';
import { openRig, TRANSACTION } from './rig.js';
import { quantile } from './statistics.js';

export interface RoundTripSize {
  readonly rounds: number;
  /** Commands, and questions, in each round, one after the other. */
  readonly count: number;
}

export const ROUND_TRIP_SIZE: RoundTripSize = { rounds: 9, count: 500 };

const PERCENTILES = { p50: 0.5, p99: 0.99 } as const;

export async function measureRoundTrip(
  size: RoundTripSize = ROUND_TRIP_SIZE,
): Promise<readonly Measurement[]> {
  await using rig = await openRig({ count: 1 });
  await rig.start();
  await using child = await startChild('answer');
  const address = child.nextMessage();
  child.process.send('where');
  const dealer = new Dealer();
  dealer.connect(String(await address));
  const ask = async () => {
    await dealer.send(JSON.stringify({ action: 'request' }));
    const [answer] = await dealer.receive();
    JSON.parse(String(answer));
  };
  // It runs already: what is measured is the command, and not the start of a process.
  const command = { action: 'start', serviceId: 'ts_0', transaction: TRANSACTION };
  const asked = {
    command: () => rig.client.command(command),
    question: () => rig.client.request(TRANSACTION),
  };
  const figures: Measurement[] = [];
  for (const [name, act] of Object.entries(asked)) {
    const series = { raw: [] as number[][], ours: [] as number[][] };
    for (let round = 0; round < size.rounds; round += 1) {
      series.raw.push(await timeEach(size.count, ask));
      series.ours.push(await timeEach(size.count, act));
    }
    figures.push(...composeFigures(name, series));
  }
  dealer.close();
  return figures;
}

function composeFigures(
  name: string,
  { raw, ours }: { readonly raw: readonly number[][]; readonly ours: readonly number[][] },
): readonly Measurement[] {
  return Object.entries(PERCENTILES).map(([percentile, share]) =>
    composeMeasurement({
      name: `${name} to answer, ${percentile}`,
      baseline: 'DEALER and ROUTER',
      unit: 'ms',
      ours: ours.map((times) => quantile(times, share)),
      base: raw.map((times) => quantile(times, share)),
    }),
  );
}

async function timeEach(count: number, act: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const before = performance.now();
    await act();
    times.push(performance.now() - before);
  }
  return times;
}
