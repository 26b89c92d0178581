// service_context: what it starts and prints, and that Ctrl-C leaves no process behind.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { isRunning } from '../helpers/processes.js';
import { FILE, openHome, type Running } from '../helpers/home.js';

expectNoLeftovers();
// Each test runs many programs, one after the other.
vi.setConfig({ testTimeout: 180_000 });

const SERVICES = [
  ['EchoAction', 'ts_100'],
  ['Walk', 'ts_101'],
] as const;

interface Notice {
  readonly at: string;
  readonly level: string;
  readonly kind: string;
  readonly transaction?: string;
  readonly event?: {
    readonly header: { readonly action: string; readonly service_id: string };
    readonly content: { readonly status: { readonly pid?: number } };
  };
}

function noticesOf({ out }: Running): readonly Notice[] {
  return out.items.map((line) => JSON.parse(line) as Notice);
}

/** `started ts_100` */
function eventsOf(running: Running): readonly string[] {
  return noticesOf(running).flatMap(({ event }) =>
    event === undefined ? [] : [`${event.header.action} ${event.header.service_id}`],
  );
}

function pidsOf(running: Running): readonly number[] {
  return [...new Set(noticesOf(running).flatMap(({ event }) => event?.content.status.pid ?? []))];
}

test('--start starts the given transaction; with --json every line is an object.', async () => {
  await using home = await openHome(...SERVICES);
  await using provider = await home.startProvider(['--start', '--transaction=MORNING']);
  await provider.out.waitFor((line) => line.includes('"answer"'));
  const pids = pidsOf(provider);
  expect(pids).toHaveLength(2);
  expect(pids.every(isRunning)).toBe(true);
  provider.interrupt();
  expect(await provider.ended).toMatchObject({ exitCode: 0, stderr: '' });
  expect(pids.some(isRunning)).toBe(false);
  const notices = noticesOf(provider);
  expect(notices.every(({ at }) => new Date(at).toISOString() === at)).toBe(true);
  expect(notices[0]).toMatchObject({
    kind: 'ready',
    contextId: 'Home',
    frontend: `tcp://127.0.0.1:${home.pubPort}`,
    backend: `tcp://127.0.0.1:${home.subPort}`,
  });
  expect(notices.find(({ kind }) => kind === 'answer')).toMatchObject({
    action: 'start',
    transaction: 'MORNING',
    status: { result: 'success' },
  });
  expect(notices.at(-1)?.kind).toBe('closed');
  for (const [, id] of SERVICES) {
    const life = eventsOf(provider).filter((each) => each.endsWith(id) && !each.startsWith('updated'));
    expect(life.filter((each) => !each.startsWith('created'))).toEqual([`started ${id}`, `stopped ${id}`]);
  }
});

test('Without --transaction a new id is created; without --json each event is a line with time and service.', async () => {
  await using home = await openHome(...SERVICES);
  await using provider = home.start('service_context', FILE, '--start');
  const answer = await provider.out.waitFor((line) => line.includes('answer'));
  expect(answer).toMatch(/^\d\d:\d\d:\d\d {2}answer +start [A-Z0-9]{20}: success$/);
  const [first = ''] = provider.out.items;
  expect(first).toMatch(/^\d\d:\d\d:\d\d {2}provider +Home is ready: publishers tcp:/);
  for (const [, id] of SERVICES) {
    const shown = provider.out.items.filter((line) =>
      new RegExp(`^[\\d:]{8} {2}${id} +started pid \\d+$`).test(line),
    );
    expect(shown).toHaveLength(1);
  }
  provider.interrupt();
  const { exitCode, stderr, stdout } = await provider.ended;
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/provider +all services have ended$/);
});

test('Without --start nothing runs until a command arrives, and Ctrl-C ends the provider at once.', async () => {
  await using home = await openHome(...SERVICES);
  await using provider = await home.startProvider();
  provider.interrupt();
  expect(await provider.ended).toMatchObject({ exitCode: 0, stderr: '' });
  expect(noticesOf(provider).map(({ kind }) => kind)).toEqual(['ready', 'closed']);
  expect((await home.run('conf_command', '--action=list')).exitCode).toBe(3);
});

test('Ctrl-C while services start ends with exit code 0, and no process is left.', async () => {
  await using home = await openHome(['Walk', 'ts_101']);
  const task = `import { LoopedTask } from 'contextd/task';
    export class WalkTask extends LoopedTask {
      override onStart() { this.notify('updated', { is_ready: false }); return this.pause(8000); }
      override step() { return this.pause(60_000); }
    }\n`;
  await writeFile(join(home.path, 'services/Walk/Walk.ts'), task);
  await using provider = await home.startProvider(['--start', '--transaction=T1']);
  await provider.out.waitFor((line) => line.includes('"is_ready":false'));
  const [pid] = pidsOf(provider);
  expect(isRunning(pid!)).toBe(true);
  provider.interrupt();
  expect(await provider.ended).toMatchObject({ exitCode: 0, stderr: '' });
  expect(isRunning(pid!)).toBe(false);
  expect(eventsOf(provider).at(-1)).toBe('stopped ts_101');
  expect(noticesOf(provider).at(-1)?.kind).toBe('closed');
});

test('Ctrl-C before any service process exists ends cleanly too.', async () => {
  await using home = await openHome(...SERVICES);
  await using provider = await home.startProvider(['--start', '--transaction=T1']);
  provider.interrupt();
  expect(await provider.ended).toMatchObject({ exitCode: 0, stderr: '' });
  expect(pidsOf(provider).some(isRunning)).toBe(false);
  expect(noticesOf(provider).at(-1)?.kind).toBe('closed');
});

test('A second provider on the same ports ends with 1 and names port and process; the first keeps running.', async () => {
  await using home = await openHome(...SERVICES);
  await using provider = await home.startProvider(['--start', '--transaction=T1']);
  await provider.out.waitFor((line) => line.includes('"answer"'));
  const { exitCode, stdout, stderr } = await home.run('service_context', FILE, '--start');
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/^error BUS_ADDRESS_IN_USE: /);
  expect(stderr).toContain(`port ${home.pubPort} is in use by pid ${provider.pid} (`);
  expect(stderr).toContain('  hint: ');
  const listed = await home.run('conf_command', '--action=list');
  expect(listed.stdout.match(/ started +pid \d+/g)).toHaveLength(2);
  expect(pidsOf(provider).every(isRunning)).toBe(true);
});
