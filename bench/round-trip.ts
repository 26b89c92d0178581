// round-trip: from a client's question until the provider's answer, against a raw DEALER and ROUTER.

import { Dealer } from 'zeromq';
import { startChild } from './children.js';
import { composeFigure, type Figure } from './figure.js';
import { openRig, TRANSACTION } from './rig.js';
import { quantile } from './statistics.js';

export interface RoundTripSize {
  readonly rounds: number;
  /** Questions in each round, one after the other. */
  readonly count: number;
}

export const ROUND_TRIP_SIZE: RoundTripSize = { rounds: 9, count: 500 };

const PERCENTILES = { p50: 0.5, p99: 0.99 } as const;

export async function measureRoundTrip(size: RoundTripSize = ROUND_TRIP_SIZE): Promise<readonly Figure[]> {
  await using rig = await openRig({ count: 1 });
  await rig.start();
  await using child = await startChild('answer');
  const address = child.hear();
  child.process.send('where');
  const dealer = new Dealer();
  dealer.connect(String(await address));
  const ask = async () => {
    await dealer.send(JSON.stringify({ action: 'request' }));
    const [answer] = await dealer.receive();
    JSON.parse(String(answer));
  };
  const ours: number[][] = [];
  const raw: number[][] = [];
  for (let round = 0; round < size.rounds; round += 1) {
    raw.push(await timeEach(size.count, ask));
    ours.push(await timeEach(size.count, () => rig.client.request(TRANSACTION)));
  }
  dealer.close();
  return Object.entries(PERCENTILES).map(([name, share]) =>
    composeFigure({
      name: `question to answer, ${name}`,
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
