// The program: `npm run bench` measures everything but peers, `npm run bench -- NAME...` what is named.

import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/base/package.js';
import type { Measurement } from './measurement.js';
import { formatTable } from './table.js';

/** In the order of the table. */
const BENCHMARKS: Readonly<Record<string, () => Promise<readonly Measurement[]>>> = {
  start: async () => (await import('./start.js')).measureStart(),
  restart: async () => (await import('./restart.js')).measureRestart(),
  bus: async () => (await import('./bus.js')).measureBus(),
  'round-trip': async () => (await import('./round-trip.js')).measureRoundTrip(),
  'fan-out': async () => (await import('./fan-out.js')).measureFanOut(),
  cli: async () => (await import('./cli.js')).measureCli(),
  weight: async () => (await import('./weight.js')).measureWeight(),
  monitor: async () => (await import('./monitor.js')).measureMonitorFigures(),
  peers: async () => (await import('./peers.js')).measurePeers(),
};

const NOT_BY_DEFAULT = ['peers'];

const given = process.argv.slice(2);
const unknown = given.filter((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0) {
  process.stderr.write(
    `no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  await run(
    given.length > 0 ? given : Object.keys(BENCHMARKS).filter((name) => !NOT_BY_DEFAULT.includes(name)),
  );
}

async function run(names: readonly string[]): Promise<void> {
  const figures: Measurement[] = [];
  for (const name of names) {
    process.stderr.write(`${name} ...\n`);
    const found = (await BENCHMARKS[name]?.()) ?? [];
    figures.push(...found);
    process.stdout.write(formatTable(found));
  }
  const results = {
    at: new Date().toISOString(),
    node: process.version,
    cores: availableParallelism(),
    figures,
  };
  const path = join(packageRoot, 'bench', 'results.json');
  await writeFile(path, `${JSON.stringify(results, undefined, 2)}\n`);
  if (names.length > 1) process.stdout.write(`\n${formatTable(figures)}`);
}
