import { expect, test } from 'vitest';
import { measureBus } from '../../../bench/bus.js';
import { measureCli } from '../../../bench/cli.js';
import { measureFanOut } from '../../../bench/fan-out.js';
import type { Measurement } from '../../../bench/measurement.js';
import { measureRestart } from '../../../bench/restart.js';
import { measureRoundTrip } from '../../../bench/round-trip.js';
import { measureStart } from '../../../bench/start.js';
import { measureWeight } from '../../../bench/weight.js';

/** Between two heartbeats what is idle may use no time at all. */
const supervision = '<heartbeat_s>0.1</heartbeat_s>';

const SMALL: Readonly<Record<string, () => Promise<readonly Measurement[]>>> = {
  start: () => measureStart({ rounds: 1, counts: [2] }),
  restart: () => measureRestart({ rounds: 2 }),
  bus: () => measureBus({ rounds: 1, count: 50, bodies: [200] }),
  'round-trip': () => measureRoundTrip({ rounds: 1, count: 5 }),
  'fan-out': () => measureFanOut({ rounds: 1, counts: [1, 2], messages: 20, windowMs: 1000, supervision }),
  cli: () => measureCli({ rounds: 1 }),
  weight: () => measureWeight({ rounds: 1, count: 1, settleMs: 0, watchMs: 1000, supervision }),
};

test.for(Object.keys(SMALL))('The benchmark %s runs and yields ratios.', async (name) => {
  const figures = (await SMALL[name]?.()) ?? [];
  expect(figures.length).toBeGreaterThan(0);
  for (const { ratio } of figures) {
    expect(ratio.median).toBeGreaterThan(0);
    expect(ratio.median).toBeLessThan(Infinity);
  }
});
