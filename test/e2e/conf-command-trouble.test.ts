// The errors and exit codes of conf_command: 1, 2, 3 and 4.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openBus } from '../helpers/bus.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { FILE, openHome } from '../helpers/home.js';
import { isRunning } from '../helpers/processes.js';

expectNoLeftovers();
// Each test runs many programs, one after the other.
vi.setConfig({ testTimeout: 180_000 });

const WALK = ['Walk', 'ts_101'] as const;
const WITH_FILE = `--context_file=${FILE}`;

test('A syntax error in a service is reported with file, line and column, exit code 1.', async () => {
  await using home = await openHome(WALK);
  await home.edit('services/Walk/Walk.ts', (text) => `${text}\nconst = 1;\n`);
  const line = (await home.read('services/Walk/Walk.ts')).split('\n').indexOf('const = 1;') + 1;
  await using provider = await home.startProvider();
  const { exitCode, stdout, stderr } = await home.run('conf_command', WITH_FILE, '--action=start');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(new RegExp(`^error SVC_BUILD_FAILED: .*/services/Walk/Walk\\.ts:${line}:7: `));
  expect(stdout).toMatch(/ts_101 +(failed|backoff)/);
  // After the file is corrected, the command works.
  await home.edit('services/Walk/Walk.ts', (text) => text.replace('const = 1;', ''));
  const repaired = await home.run('conf_command', WITH_FILE, '--action=restart');
  expect(repaired).toMatchObject({ exitCode: 0, stderr: '' });
  expect(provider.out.items.some((each) => each.includes('SVC_BUILD_FAILED'))).toBe(true);
});

interface BrokenCode {
  /** Put in front of the first step's work, or below the whole file. */
  readonly inStep?: string;
  readonly below?: string;
  readonly says: RegExp;
}

test.each<[string, BrokenCode]>([
  [
    'throws at import',
    { below: "throw new Error('no map');", says: /^error SVC_LOAD_FAILED: .*no map \(PLACE\)$/m },
  ],
  [
    'throws in run',
    { inStep: "throw new Error('no shoes');", says: /^error SVC_TASK_FAILED: no shoes \(PLACE\)$/m },
  ],
  ['exits 3', { inStep: 'process.exit(3);', says: /^error SVC_EXITED: ts_101 ended with exit code 3/m }],
])(
  'A service that %s is reported with its place, exit code 1, and the provider keeps running.',
  async (_how, broken) => {
    await using home = await openHome(WALK, ['Sit', 'ts_102']);
    await using provider = await home.startProvider();
    const { inStep, below = '', says } = broken;
    await home.edit('services/Walk/Walk.ts', (text) => {
      const own = inStep === undefined ? text : text.replace('this.#steps += 1;', inStep);
      return `${own}${below}\n`;
    });
    const lines = (await home.read('services/Walk/Walk.ts')).split('\n');
    const line = lines.findIndex((each) => each.includes(inStep ?? below)) + 1;
    const { exitCode, stdout, stderr } = await home.run('conf_command', WITH_FILE, '--action=start');
    expect(exitCode).toBe(1);
    const place = `.*/services/Walk/Walk\\.ts:${line}`;
    expect(stderr).toMatch(new RegExp(says.source.replace('PLACE', place), says.flags));
    expect(stdout).toMatch(/^ {2}ts_101 +(failed|backoff)/m);
    expect(stdout).toMatch(/^ {2}ts_102 +started +pid \d+ +\d+ ms$/m);
    const stopped = await home.run('conf_command', '--action=exit');
    expect(stopped.stdout).toMatch(/ts_102 +stopped/);
    expect((await provider.ended).exitCode).toBe(0);
  },
);

test('An error of the provider is printed with its hint, exit code 1; with --json on standard output.', async () => {
  await using home = await openHome(WALK);
  await home.startProvider();
  await home.run('conf_command', WITH_FILE, '--action=start', '--transaction=T1');
  const again = await home.run('conf_command', WITH_FILE, '--action=start', '--transaction=T1');
  expect(again.exitCode).toBe(1);
  expect(again.stderr).toMatch(/^error SVC_ALREADY_STARTED: .*ts_101[^]*^ {2}hint: /m);
  const unknown = await home.run('conf_command', '--action=stop', '--transaction=T404');
  expect(unknown.exitCode).toBe(1);
  expect(unknown.stderr).toBe(
    'error CTX_TRANSACTION_UNKNOWN: transaction T404 is unknown\n  hint: known transactions: T1',
  );
  const json = await home.run('conf_command', '--action=stop', '--transaction=T404', '--json');
  expect(json).toMatchObject({ exitCode: 1, stderr: '' });
  expect(JSON.parse(json.stdout)).toMatchObject({
    result: 'failure',
    error: { code: 'CTX_TRANSACTION_UNKNOWN', hint: 'known transactions: T1' },
  });
});

test.each([
  ['no action', [], '--action is missing'],
  ['an unknown action', ['--action=dance'], '"dance"'],
  ['an unknown option', ['--action=list', '--colour=red'], 'colour'],
  ['no service to explain', ['--action=why'], 'why needs a service'],
  [
    'a trial of what cannot be tried',
    ['--action=stop', '--dry_run'],
    '--dry_run can only be used with --action=reload',
  ],
  ['half a record', ['--action=history', '--lines=1.5'], 'invalid value 1.5 for --lines'],
  [
    'fewer lines than none',
    ['--action=logs', '--task_id=ts_1', '--lines=-1'],
    'invalid value -1 for --lines',
  ],
])('Invalid arguments (%s) end with exit code 2, and nothing is sent.', async (_, args, message) => {
  await using home = await openHome();
  const { exitCode, stdout, stderr } = await home.run('conf_command', ...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(/^error CLI_USAGE: /);
  expect(stderr).toContain(message);
});

test('--topic=process without a file, a known service or a transaction ends with exit code 2.', async () => {
  await using home = await openHome(WALK);
  await home.startProvider();
  const base = ['--action=stop', '--topic=process'];
  const noFile = await home.run('conf_command', ...base, '--transaction=T1', '--task_id=ts_101');
  const noService = await home.run('conf_command', ...base, WITH_FILE, '--transaction=T1', '--task_id=ts_9');
  const noTransaction = await home.run('conf_command', ...base, WITH_FILE, '--task_id=ts_101');
  expect([noFile, noService, noTransaction].map(({ exitCode }) => exitCode)).toEqual([2, 2, 2]);
  expect(noService.stderr).toContain('no service "ts_9"');
  expect(noTransaction.stderr).toContain('needs --transaction');
});

test('Without a provider the command ends within the timeout with exit code 3 and prints the addresses.', async () => {
  await using home = await openHome(WALK);
  const { pubPort, subPort } = home;
  // A command with a timeout of an hour still waits when this one has ended.
  const patient = home.start('conf_command', WITH_FILE, '--action=list', '--timeout=3600');
  const { exitCode, stderr, stdout } = await home.run(
    'conf_command',
    WITH_FILE,
    '--action=list',
    '--timeout=0.3',
  );
  expect(isRunning(patient.pid)).toBe(true);
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
  expect(stderr).toContain(`error BUS_UNREACHABLE: no provider at tcp://127.0.0.1:${pubPort}`);
  expect(stderr).toContain(`tcp://127.0.0.1:${subPort}) within 0.3 s`);
  expect(stderr).toContain('hint: start one with service_context FILE');
  const unnamed = await home.run('conf_command', '--action=list');
  expect(unnamed.exitCode).toBe(3);
  expect(unnamed.stderr).toContain('no provider of this user runs on this machine');
});

test('A provider that never answers leads to exit code 4.', async () => {
  await using home = await openHome();
  await using bus = await openBus();
  const { seen } = bus.reader('context');
  const { exitCode, stderr, stdout } = await home.run(
    'conf_command',
    '--action=list',
    `--endpoint=${bus.endpoints.publish}`,
    `--sub_endpoint=${bus.endpoints.subscribe}`,
    '--timeout=1',
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
  expect(stderr).toContain(`error BUS_DEADLINE: no answer within 1 s from ${bus.endpoints.publish}`);
  expect(seen.items).toMatchObject([{ topic: 'context', body: { header: { action: 'list' } } }]);
});

test('Ctrl-C ends a waiting command with exit code 1 and a hint that the command may still be executed.', async () => {
  await using home = await openHome();
  await using bus = await openBus();
  const { seen } = bus.reader('context');
  const waiting = home.start(
    'conf_command',
    '--action=list',
    `--endpoint=${bus.endpoints.publish}`,
    `--sub_endpoint=${bus.endpoints.subscribe}`,
    '--timeout=3600',
  );
  await seen.waitFor(() => true);
  waiting.interrupt();
  const { exitCode, stderr } = await waiting.ended;
  expect(exitCode).toBe(1);
  expect(stderr).toContain('error BUS_CLOSED: interrupted before the answer arrived');
  expect(stderr).toContain('hint: a command that was already sent is still executed');
});

test('With several providers the error lists them; --endpoint chooses one.', async () => {
  await using home = await openHome(WALK);
  await using other = await openHome(WALK);
  const second = 'other/conf/Context-Other.xml';
  await mkdir(join(home.path, 'other/conf'), { recursive: true });
  const text = (await other.read(FILE)).replace('>Home</ContextID>', '>context002</ContextID>');
  await writeFile(join(home.path, second), text);
  await using one = await home.startProvider();
  await using two = await home.startProvider([], second);
  // In the folder of a provider, that provider is used.
  const near = await home.run('conf_command', '--action=list', '--json');
  expect(near).toMatchObject({ exitCode: 0 });
  const { exitCode, stderr } = await home.runIn('/', 'conf_command', '--action=list');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('several providers run on this machine');
  expect(stderr).toContain(
    `Home: conf/Context-Home.xml in ${home.path}, tcp://127.0.0.1:${home.pubPort}, pid ${one.pid}`,
  );
  expect(stderr).toContain(
    `context002: conf/Context-Other.xml in ${home.path}/other, tcp://127.0.0.1:${other.pubPort}, pid ${two.pid}`,
  );
  expect(stderr).toContain('choose one with --endpoint or --context_file');
  const named = await home.run(
    'conf_command',
    '--action=list',
    `--endpoint=tcp://127.0.0.1:${other.pubPort}`,
  );
  expect(named).toMatchObject({ exitCode: 0, stdout: 'no transactions' });
});
