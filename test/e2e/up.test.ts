// contextd up, ps, status, attach and down: a provider in the background and in the foreground.

import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { isRunning, readProc } from '../helpers/processes.js';
import { openVerbs, type ShownService } from '../helpers/verbs.js';

expectNoLeftovers();
// Each test runs many programs, one after the other.
vi.setConfig({ testTimeout: 180_000 });

const FILE = 'conf/Context-Test.xml';
const LOG = '.contextd/context001/provider.log';
const TWO = [
  { id: 'ts_1', instance: 'Forever' },
  { id: 'ts_2', instance: 'Forever' },
] as const;

/** The session of a process is the sixth field of its stat. */
const sessionOf = (pid: number) => Number(readProc(pid, 'stat').split(') ')[1]?.split(' ')[3]);

test('up -d returns when the services run; ps and status show them; down ends everything and waits.', async () => {
  await using verbs = await openVerbs(...TWO);
  const up = await verbs.contextd('up', '-d');
  expect(up).toMatchObject({ exitCode: 0, stderr: '' });
  expect(up.stdout).toMatch(
    new RegExp(
      `^${FILE} runs in the background: provider pid \\d+, console in ${LOG}\ntransaction [A-Z0-9]{20}\n`,
    ),
  );
  expect(up.stdout.match(/^ {2}ts_\d +started +pid \d+ +\d+ ms$/gm)).toHaveLength(2);
  const [provider] = await verbs.providers();
  expect(sessionOf(provider!.pid)).toBe(provider!.pid);

  const table = await verbs.contextd('ps');
  expect(table).toMatchObject({ exitCode: 0, stderr: '' });
  expect(table.stdout).toMatch(
    /^service {2}state +pid {2}uptime {2}restarts\nts_1 +started +\d+ +\d+s +0\nts_2 +started +\d+ +\d+s +0$/,
  );
  const services = await verbs.json<readonly ShownService[]>('ps');
  expect(services.map(({ service_id: id, state }) => [id, state])).toEqual([
    ['ts_1', 'started'],
    ['ts_2', 'started'],
  ]);
  const pids = services.map(({ pid }) => pid!);
  expect(pids.every(isRunning)).toBe(true);
  expect((await verbs.contextd('ps', 'ts_2')).stdout).not.toContain('ts_1');
  expect(await verbs.contextd('ps', 'ts_3')).toMatchObject({
    exitCode: 1,
    stderr: 'error SVC_UNKNOWN: there is no service "ts_3"\n  hint: did you mean "ts_1"?',
  });

  expect(await verbs.contextd('status')).toMatchObject({
    exitCode: 0,
    stdout: `healthy: ${FILE} (provider pid ${provider!.pid}): 2 started`,
    stderr: '',
  });

  const again = await verbs.contextd('up', '-d');
  expect(again).toMatchObject({ exitCode: 0, stderr: '' });
  expect(again.stdout).toContain(
    `${FILE} already runs: provider pid ${provider!.pid}; nothing was changed\n`,
  );
  expect(await verbs.json('up')).toMatchObject({ was_running: true, pid: provider!.pid });
  expect((await verbs.json<readonly ShownService[]>('ps')).map(({ pid }) => pid)).toEqual(pids);

  const down = await verbs.contextd('down');
  expect(down).toMatchObject({ exitCode: 0, stderr: '' });
  expect(down.stdout).toMatch(/^ {2}ts_1 +stopped.*\n {2}ts_2 +stopped.*\nthe provider has ended$/);
  expect([provider!.pid, ...pids].some(isRunning)).toBe(false);
  expect(await verbs.contextd('down')).toMatchObject({
    exitCode: 0,
    stdout: 'no provider runs here: nothing to stop',
  });
  expect(await verbs.contextd('status')).toMatchObject({
    exitCode: 3,
    stdout: '',
    stderr: `error BUS_UNREACHABLE: no provider runs the context of this folder: ${FILE}\n  hint: start it with: contextd up -d`,
  });
  const log = await readFile(join(verbs.home.path, LOG), 'utf8');
  expect(log).toMatch(/provider +context001 is ready: [^]*ts_1 +started pid[^]*all services have ended\n$/);
});

test('status ends with 1 while a service has failed, and names it; ps shows the reason.', async () => {
  await using verbs = await openVerbs(TWO[0], { id: 'ts_2', instance: 'ExitsWith3', entry: 'on_exit' });
  expect((await verbs.contextd('up', '-d')).exitCode).toBe(0);
  // Defined, but not needed yet.
  expect((await verbs.contextd('status')).exitCode).toBe(0);
  await verbs.contextd('start', 'ts_2');
  const failed = await verbs.contextd('status');
  expect(failed).toMatchObject({ exitCode: 1, stderr: '  hint: contextd why ts_2' });
  expect(failed.stdout).toMatch(
    /^not healthy: .*: 1 started, 1 failed\nservice .*reason\nts_2 +failed +- +- +0 +\S.*$/,
  );
  expect(await verbs.json('status')).toMatchObject({
    healthy: false,
    states: { started: 1, failed: 1 },
    unhealthy: [{ service_id: 'ts_2', state: 'failed' }],
  });
  expect((await verbs.contextd('ps')).stdout).toMatch(/ts_2 +failed +- +- +0 +\S/);
  expect((await verbs.contextd('why', 'ts_2')).stdout).toContain('ts_2 is failed since');
  expect((await verbs.contextd('stop')).exitCode).toBe(0);
  expect((await verbs.contextd('down')).exitCode).toBe(0);
});

test('up says what to do in an empty folder, and asks for one of several files.', async () => {
  await using verbs = await openVerbs();
  for (const args of [['up'], ['up', '-d'], ['check'], ['graph']]) {
    const { exitCode, stdout, stderr } = await verbs.contextd(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toBe(
      `error CLI_USAGE: there is no context file in this folder\n  hint: add a script with 'contextd add NAME --command ...', create a project with 'contextd init .', or name a file: contextd ${args[0]!} FILE`,
    );
  }
  const first = await verbs.home.writeContext(TWO[0]);
  await writeFile(join(verbs.home.path, 'Context-Other.xml'), await readFile(first));
  expect(await verbs.contextd('up')).toMatchObject({
    exitCode: 2,
    stderr: `error CLI_USAGE: this folder has several context files: Context-Other.xml, ${FILE}\n  hint: name one, such as contextd up Context-Other.xml`,
  });
  expect((await verbs.contextd('check', FILE)).stdout).toMatch(/is valid: 1 task service, 0 warnings$/);
  expect(await verbs.contextd('up', 'a.xml', 'b.xml')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('more than one context file is given: a.xml, b.xml') as string,
  });
});

test('A provider that cannot start in the background: up -d prints its last lines and fails.', async () => {
  await using verbs = await openVerbs(TWO[0]);
  const server = createServer().listen(verbs.home.pubPort, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { exitCode, stdout, stderr } = await verbs.contextd('up', '-d');
  await new Promise((resolve) => server.close(resolve));
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(
    new RegExp(
      `^error CTX_PROVIDER_FAILED: the provider of ${FILE} ended with exit code 1 before it was ready; it printed:\n {4}error BUS_ADDRESS_IN_USE: .*\n[^]* {2}hint: all of it is in ${LOG}$`,
    ),
  );
  expect(await verbs.providers()).toEqual([]);
  await verbs.home.edit(FILE, (text) => text.replace('</ContextID>', ' </ContextId>'));
  expect(await verbs.contextd('up', '-d')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/^error XML_MALFORMED: .*Context-Test\.xml:/) as string,
  });
});

test('A service that fails to start: up -d names it and fails, the provider keeps running.', async () => {
  await using verbs = await openVerbs(TWO[0], { id: 'ts_2', instance: 'ThrowsAtImport' });
  const up = await verbs.contextd('up', '-d');
  expect(up.exitCode).toBe(1);
  expect(up.stdout).toMatch(/ts_1 +started[^]*ts_2 +failed/);
  expect(await verbs.providers()).toHaveLength(1);
  expect((await verbs.contextd('down')).exitCode).toBe(0);
});

test('attach shows the console of the background provider until it ends; in the foreground it has no log.', async () => {
  await using verbs = await openVerbs(TWO[0]);
  await verbs.contextd('up', '-d', '--transaction=T1');
  await using attached = verbs.home.start('contextd', 'attach');
  await attached.out.waitFor(
    (line) => /command +start in T1/.test(line) || /answer +start T1: success/.test(line),
  );
  await verbs.contextd('stop');
  await attached.out.waitFor((line) => /ts_1 +stopped/.test(line));
  await using other = verbs.home.start('contextd', 'attach', '--lines=1', '--json');
  await other.out.waitFor((line) => line.startsWith('{"line":'));
  other.interrupt();
  expect(await other.ended).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await verbs.providers()).toHaveLength(1);
  await verbs.contextd('down');
  expect(await attached.ended).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/the provider has ended$/) as string,
  });

  await using running = verbs.home.start('contextd', 'up');
  await running.out.waitFor((line) => line.includes('ts_1') && line.includes('started'));
  expect(await verbs.contextd('attach')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('error CTX_NOT_IN_BACKGROUND: the provider with pid') as string,
  });
  running.interrupt();
  expect(await running.ended).toMatchObject({ exitCode: 0, stderr: '' });
  expect(running.out.items.at(-1)).toMatch(/all services have ended$/);
});

test('A folder with a context never means the provider of another folder; of two providers both are listed.', async () => {
  await using verbs = await openVerbs(TWO[0]);
  const { home } = verbs;
  await verbs.contextd('up', '-d');
  // Another project, whose own provider does not run.
  const other = join(home.path, 'other');
  await mkdir(other);
  await writeFile(join(other, 'Context-B.xml'), await readFile(join(home.path, FILE)));
  for (const verb of ['stop', 'ps', 'status']) {
    expect(await home.runIn(other, 'contextd', verb)).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('no provider runs the context of this folder: Context-B.xml') as string,
    });
  }
  expect(await home.runIn(other, 'contextd', 'down')).toMatchObject({
    exitCode: 0,
    stdout: 'no provider runs here: nothing to stop',
  });
  // A folder without a context means the one of the folder around it.
  const inner = join(home.path, 'services');
  await mkdir(inner);
  expect((await home.runIn(inner, 'contextd', 'ps')).stdout).toContain('ts_1');

  const second = join(home.path, 'conf', 'Context-Second.xml');
  const text = await readFile(join(home.path, FILE), 'utf8');
  const ipc = ['front', 'back'].map((name) => `ipc://${home.path}/.runtime/${name}`);
  const changed = [home.pubPort, home.subPort].reduce(
    (before, port, at) => before.replaceAll(`tcp://127.0.0.1:${port}`, ipc[at] ?? ''),
    text.replace('context001', 'second'),
  );
  await writeFile(second, changed);
  expect((await verbs.contextd('up', '-d', 'conf/Context-Second.xml')).exitCode).toBe(0);
  const { exitCode, stderr } = await verbs.contextd('ps');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(
    /several providers run for this folder:\n[^]*context001: conf\/Context-Test\.xml in/,
  );
  expect(stderr).toContain('second: conf/Context-Second.xml in');
  expect(stderr).toContain('hint: choose one with --endpoint or --context_file');
  for (const file of [FILE, 'conf/Context-Second.xml'])
    expect((await verbs.contextd('down', `--context_file=${file}`)).exitCode).toBe(0);
  expect(existsSync(join(home.path, LOG))).toBe(true);
  expect(await verbs.providers()).toEqual([]);
});
