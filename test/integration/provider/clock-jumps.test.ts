// The machine's clock is set, or the provider is stopped for a while: no service ends, and all keep running.

import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test, vi } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { openFolder } from '../../helpers/folder.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openSecuredProvider, listServices } from '../../helpers/secured.js';
import { openProject, type ProviderProcess } from '../../helpers/project.js';
import { countsOf } from '../../helpers/threads.js';

expectNoLeftovers();

const HOUR_MS = 3_600_000;
const LIMIT_S = 3;
/** As many ends and starts of ts_2 take longer than the limit, on any machine. */
const ROUNDS = 5;
/** As many of ts_4 take as long as the limit, or longer. */
const REPORTS = 6;

const supervision = { heartbeat_limit_s: LIMIT_S, orphan_grace_s: 4 * LIMIT_S };
const services = [
  { id: 'ts_1', instance: 'Forever', supervision },
  {
    id: 'ts_2',
    instance: 'FailsLater',
    configuration: { after_ms: (1000 * LIMIT_S) / ROUNDS },
    supervision: { max_restarts: 1000, backoff_s: 0.2, backoff_max_s: 0.3 },
    transitions: { on_fail: 'start ts_2' },
  },
  { id: 'ts_3', instance: 'Forever', serviceType: 'Thread' as const, supervision },
  { id: 'ts_4', instance: 'Ticks', configuration: { every_ms: (1000 * LIMIT_S) / REPORTS }, supervision },
];

/** Sets the clock of every process of Node.js that is started with it in NODE_OPTIONS, and of those that import it. */
async function openClock(folder: string) {
  const module = join(folder, 'clock.mjs');
  const shift = join(folder, 'shift');
  const set = async (ms: number) => {
    await writeFile(`${shift}.new`, String(ms));
    await rename(`${shift}.new`, shift);
  };
  await set(0);
  await writeFile(
    module,
    `import { readFileSync } from 'node:fs';
    const Real = Date;
    const shift = () => { try { return Number(readFileSync(${JSON.stringify(shift)})); } catch { return 0; } };
    globalThis.Date = class extends Real {
      constructor(...given) { if (given.length === 0) super(Date.now()); else super(...given); }
      static now() { return Real.now() + shift(); }
    };
    export const restore = () => { globalThis.Date = Real; };`,
  );
  const url = pathToFileURL(module).href;
  vi.stubEnv('NODE_OPTIONS', `--import ${url}`);
  return { set, url, [Symbol.dispose]: () => vi.unstubAllEnvs() };
}

/** Resolves when longer than the limit has passed, as ts_2 reports it. */
async function goesOn(provider: ProviderProcess): Promise<void> {
  const { run } = (await provider.tasks()).ts_2!;
  await eventually(
    async () => (await provider.tasks()).ts_2!.run >= run + ROUNDS,
    'ts_2 starts again',
    60_000,
  );
}

async function standing(provider: ProviderProcess): Promise<readonly unknown[]> {
  const { ts_1: process, ts_3: thread } = await provider.tasks();
  return [process, thread].map((task) => ({ status: task!.status, pid: task!.pid, run: task!.run }));
}

test('A clock that is set forward and back ends no service, and restarts continue.', async () => {
  await using folder = await openFolder();
  using clock = await openClock(folder.path);
  await using project = await openProject(services);
  const provider = await project.startProvider();
  await provider.command('start');
  const before = await standing(provider);
  expect(before).toMatchObject([{ status: 'started' }, { status: 'started' }]);
  for (const ms of [HOUR_MS, -2 * HOUR_MS]) {
    await clock.set(ms);
    await goesOn(provider);
    expect(await standing(provider)).toEqual(before);
    // It is this clock that they have.
    const { at = '' } = JSON.parse(provider.program.out.items.at(-1)!) as { readonly at?: string };
    expect(Math.round((Date.parse(at) - Date.now()) / HOUR_MS)).toBe(ms / HOUR_MS);
  }
}, 120_000);

test('Sealed commands arrive, and are executed once, when the clock has been set forward and back.', async () => {
  await using folder = await openFolder();
  using clock = await openClock(folder.path);
  const { restore } = (await import(clock.url)) as { readonly restore: () => void };
  try {
    await using secured = await openSecuredProvider([{ id: 'ts_1', instance: 'Forever', supervision }]);
    const client = await secured.client('admin');
    const started = await client.command({ action: 'start', transaction: 'T1' });
    expect(started.status.services).toMatchObject([{ state: 'started' }]);
    const before = await listServices(client);
    for (const ms of [HOUR_MS, -2 * HOUR_MS]) {
      await clock.set(ms);
      expect(await listServices(client)).toEqual(before);
      expect((await (await secured.client('read')).command({ action: 'list' })).status.result).toBe(
        'success',
      );
    }
    const restart = { action: 'restart', transaction: 'T1', serviceId: 'ts_1', messageId: 'once' };
    const restarted = await client.command(restart);
    expect(restarted.status.result).toBe('success');
    await clock.set(0);
    expect(await client.command(restart)).toEqual(restarted);
    expect(await listServices(client)).toMatchObject([
      { state: 'started', pid: restarted.status.services[0]!.pid },
    ]);
  } finally {
    restore();
  }
}, 120_000);

test('A provider that is stopped for longer than the heartbeat limit, and continued, ends nothing.', async () => {
  await using project = await openProject(services);
  const provider = await project.startProvider();
  await provider.command('start');
  await using observer = await observeBus(project.endpoints);
  const before = await standing(provider);
  const { pid } = provider.program.child;
  for (let round = 0; round < 2; round += 1) {
    process.kill(pid!, 'SIGSTOP');
    const count = () => countsOf(observer, 'ts_4').at(-1) ?? 0;
    // Its forwarder keeps running: ts_4 reports when twice the limit has passed.
    const over = count() + 2 * REPORTS + 2;
    await observer.seen.waitFor(() => count() >= over, 60_000);
    process.kill(pid!, 'SIGCONT');
    await goesOn(provider);
    expect(await standing(provider)).toEqual(before);
  }
}, 120_000);
