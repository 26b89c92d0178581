// contextd add and remove: existing scripts become services of a context, which runs or does not.

import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { expect, test, vi } from 'vitest';
import { eventually } from '../helpers/eventually.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { openVerbs, type ShownService, type Verbs } from '../helpers/verbs.js';

expectNoLeftovers();
// Each test runs many programs, one after the other.
vi.setConfig({ testTimeout: 180_000 });

const SCRIPT =
  "console.log('arguments', JSON.stringify(process.argv.slice(2)));\nsetInterval(() => undefined, 1000);\n";

async function openFolder(): Promise<Verbs> {
  const verbs = await openVerbs();
  await writeFile(join(verbs.home.path, 'worker.js'), SCRIPT);
  return verbs;
}

async function contextFile(verbs: Verbs): Promise<string> {
  const { stdout } = await verbs.contextd('check');
  return await readFile(resolve(verbs.home.path, stdout.split(' is valid')[0]!), 'utf8');
}

const states = async (verbs: Verbs) =>
  (await verbs.json<readonly ShownService[]>('ps')).map(({ service_id: id, state }) => `${id} ${state}`);

test('Scripts are added in an empty folder, run in the background, and are added to and removed from the running context.', async () => {
  await using verbs = await openFolder();
  const first = await verbs.contextd('add', 'worker', '--command', `node worker.js 'two words' "" \\$HOME`);
  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  expect(first.stdout).toMatch(/^created: conf\/Context-\w+\.xml\n'contextd up -d' runs the context/);
  expect((await verbs.contextd('up', '-d')).exitCode).toBe(0);
  const printed = 'arguments ["two words","","$HOME"]';
  await eventually(async () => (await verbs.contextd('logs')).stdout.includes(printed), printed);

  const second = await verbs.contextd(
    'add',
    'send-mail',
    '--command',
    'node worker.js',
    '--restart',
    'always',
  );
  expect(second).toMatchObject({ exitCode: 0, stderr: '' });
  expect(second.stdout).toMatch(
    /^updated: .*\n.*\n {2}added +send-mail\n {2}unchanged +worker\n {2}send-mail +started/,
  );
  expect(await states(verbs)).toEqual(['worker started', 'send-mail started']);
  expect((await contextFile(verbs)).match(/<restart>.*<\/restart>/g)).toEqual([
    '<restart>on-failure</restart>',
    '<restart>always</restart>',
  ]);

  const [worker] = await verbs.json<readonly ShownService[]>('ps', 'worker');
  process.kill(worker!.pid!, 'SIGKILL');
  await eventually(async () => {
    const [now] = await verbs.json<readonly ShownService[]>('ps', 'worker');
    return now!.state === 'started' && now!.pid !== worker!.pid;
  }, 'the killed worker runs again');

  const removed = await verbs.contextd('remove', 'send-mail');
  expect(removed).toMatchObject({ exitCode: 0, stderr: '' });
  expect(removed.stdout).toMatch(/^updated: .*\n.*\n {2}removed +send-mail\n/);
  expect(await states(verbs)).toEqual(['worker started']);

  expect(
    (await verbs.contextd('add', 'later', '--command', 'node worker.js', '--no-reload')).stdout,
  ).toContain("The context is running: 'contextd reload' applies the change");
  expect(await states(verbs)).toEqual(['worker started']);
  expect((await verbs.contextd('down')).exitCode).toBe(0);
});

test('Without a command the code of a service is written; it runs.', async () => {
  await using verbs = await openFolder();
  const { stdout, exitCode } = await verbs.contextd('add', 'collector');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('created: services/Collector/Collector.ts\n');
  expect((await verbs.contextd('up', '-d')).exitCode).toBe(0);
  expect(await states(verbs)).toEqual(['collector started']);
  expect((await verbs.contextd('down')).exitCode).toBe(0);
});

test('--dry_run writes nothing; removing what was added restores the file.', async () => {
  await using verbs = await openFolder();
  const dry = await verbs.contextd('add', 'worker', '--command', 'node worker.js', '--dry_run');
  expect(dry.stdout).toContain('+              <program>node</program>');
  expect((await verbs.contextd('check')).exitCode).toBe(2);
  await verbs.contextd('add', 'worker', '--command', 'node worker.js');
  const before = await contextFile(verbs);
  await verbs.contextd('add', 'other', '--command', 'node worker.js');
  const dryRemoval = await verbs.contextd('remove', 'other', '--dry_run');
  expect(dryRemoval.stdout).toContain('-  <TaskService id="other"');
  expect(await contextFile(verbs)).not.toBe(before);
  expect((await verbs.contextd('remove', 'other')).exitCode).toBe(0);
  expect(await contextFile(verbs)).toBe(before);
});

test('What cannot be added or removed is refused, and nothing is written.', async () => {
  await using verbs = await openFolder();
  await verbs.contextd('add', 'worker', '--command', 'node worker.js');
  const before = await contextFile(verbs);
  const refused = async (...args: readonly string[]) => {
    const { exitCode, stderr } = await verbs.contextd(...args);
    expect(exitCode, stderr).not.toBe(0);
    expect(await contextFile(verbs)).toBe(before);
    return stderr;
  };
  expect(await refused('add', 'worker', '--command', 'node worker.js')).toMatch(
    /^error TPL_CONFLICT: .*Context-\w+\.xml:\d+: the service worker exists\n {2}hint: .*contextd remove worker/,
  );
  expect(await refused('add', 'piped', '--command', 'node worker.js | tee log')).toContain(
    'only a shell knows what "|" means',
  );
  expect(await refused('add', 'variable', '--command', 'node $FILE')).toContain('"$FILE"');
  expect(await refused('add', 'pattern', '--command', 'node *.js')).toContain('"*.js"');
  expect(await refused('add', 'empty', '--command', ' ')).toContain('--command has no program');
  expect(await refused('add', 'a b', '--command', 'node')).toContain('"a b"');
  expect(await refused('add')).toContain('no name is given');
  expect(await refused('add', 'x', 'y')).toContain('more than one name is given: "x", "y"');
  expect(await refused('add', 'x', '--restart', 'sometimes')).toContain('never, on-failure, always');
  expect(await refused('remove', 'unknown')).toMatch(
    /there is no service unknown\n {2}hint: its services: worker/,
  );
});

test('A running context is found through a symbolic link; a folder without a usable name needs --context_name.', async () => {
  await using verbs = await openFolder();
  await verbs.contextd('add', 'worker', '--command', 'node worker.js');
  const [name] = await readdir(join(verbs.home.path, 'conf'));
  await symlink('.', join(verbs.home.path, 'linked'));
  expect((await verbs.contextd('up', '-d', `linked/conf/${name!}`)).exitCode).toBe(0);
  const added = await verbs.contextd('add', 'second', '--command', 'node worker.js');
  expect(added).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await states(verbs)).toEqual(['worker started', 'second started']);
  expect((await verbs.contextd('down')).exitCode).toBe(0);

  const cwd = join(verbs.home.path, '123');
  await mkdir(cwd);
  const program = join(verbs.home.path, 'node_modules', '.bin', 'contextd');
  const words = ['add', 'worker', '--command', 'true'];
  const refused = await execa(program, words, { cwd, reject: false });
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('name the context, such as --context_name=App');
  const named = await execa(program, [...words, '--context_name', 'App'], { cwd });
  expect(named.stdout).toContain('created: conf/Context-App.xml');
});
