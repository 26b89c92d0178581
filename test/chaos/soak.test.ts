// Restarts, logs and reloads for a long time: neither memory nor open files of the provider grow.

import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { print } from '../helpers/chaos.js';
import type { ServiceSpec } from '../helpers/context.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { readProc } from '../helpers/processes.js';
import { openProject, TRANSACTION, type ProviderProcess } from '../helpers/project.js';

expectNoLeftovers();

/** The duration in minutes; a few seconds without `npm run soak`. */
const MINUTES = Number(process.env.CONTEXTD_SOAK_MINUTES ?? 0.2);
const MAY_GROW_BYTES = 5 * 1024 * 1024;
/** The share of the time for warm-up, whose growth does not count. */
const WARM_UP = 0.3;
const supervision = { log_max_kb: 64, log_files: 2, max_restarts: 1_000_000, backoff_s: 0 };

const services = (changed: string): readonly ServiceSpec[] => [
  { id: 'ts_1', instance: 'Ticks', configuration: { every_ms: '50' }, supervision },
  { id: 'ts_2', instance: 'Logs', supervision },
  { id: 'ts_3', instance: 'Configured', configuration: { every_s: '1', label: changed }, supervision },
  {
    id: 'ts_4',
    instance: 'FailsLater',
    configuration: { after_ms: '150' },
    transitions: { on_fail: 'restart ts_4' },
    supervision,
  },
];

interface Cost {
  readonly rss: number;
  readonly fds: number;
}

function costOf(pid: number): Cost {
  const pages = Number(readProc(pid, 'statm').split(' ')[1]);
  return { rss: pages * 4096, fds: readdirSync(`/proc/${pid}/fd`).length };
}

/** The minimum of several measurements: garbage varies. */
async function leastCost(providerProcess: ProviderProcess, act: () => Promise<void>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let look = 0; look < 5; look += 1) {
    await act();
    costs.push(costOf(providerProcess.program.child.pid!));
  }
  return {
    rss: Math.min(...costs.map(({ rss }) => rss)),
    fds: Math.min(...costs.map(({ fds }) => fds)),
  };
}

test(
  `In ${MINUTES} minutes of restarts, logs and reloads the provider does not grow.`,
  async () => {
    await using project = await openProject(services('first'));
    const providerProcess = await project.startProvider();
    await providerProcess.command('start');
    let loops = 0;
    const once = async () => {
      loops += 1;
      const configuration = project.configure(services(`round ${loops}`));
      await providerProcess.command('restart', 'ts_1');
      const reload = { action: 'reload', transaction: TRANSACTION, configuration };
      const { status } = await providerProcess.client.command(reload);
      expect(status.result, JSON.stringify(status)).toBe('success');
      await providerProcess.client.request(TRANSACTION, { action: 'logs', serviceId: 'ts_1' });
      await providerProcess.client.request(TRANSACTION, { action: 'history' });
      await providerProcess.command('list');
    };
    const run = async (untilMs: number) => {
      while (Date.now() < untilMs) await once();
    };
    const startMs = Date.now();
    await run(startMs + MINUTES * 60_000 * WARM_UP);
    const before = await leastCost(providerProcess, once);
    await run(startMs + MINUTES * 60_000);
    const after = await leastCost(providerProcess, once);
    const describe = (cost: Cost) => `${(cost.rss / 1024 / 1024).toFixed(1)} MB, ${cost.fds} files`;
    print(
      `soak of ${MINUTES} min, ${loops} rounds: ${describe(before)} after warm-up, ${describe(after)} at the end`,
    );
    // Until the history and the answer cache are full, check only the open files.
    if (MINUTES >= 15) expect(after.rss - before.rss).toBeLessThan(MAY_GROW_BYTES);
    expect(after.fds).toBeLessThanOrEqual(before.fds);
  },
  MINUTES * 60_000 * 1.5 + 120_000,
);
