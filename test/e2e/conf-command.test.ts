// conf_command as a user runs it, with the context that create_service wrote.

import { expect, test, vi } from 'vitest';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { isRunning } from '../helpers/processes.js';
import { FILE, openHome, replaceNth, type Home } from '../helpers/home.js';

expectNoLeftovers();
// Each test runs many programs, one after the other.
vi.setConfig({ testTimeout: 180_000 });

const SERVICES = [
  ['EchoAction', 'ts_100'],
  ['Walk', 'ts_101'],
] as const;

/** conf_command with the file of this home. */
async function command(home: Home, action: string, ...args: readonly string[]) {
  const { exitCode, stdout, stderr } = await home.run(
    'conf_command',
    `--context_file=${FILE}`,
    `--action=${action}`,
    ...args,
  );
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  return stdout;
}

interface ServiceLine {
  readonly service_id: string;
  readonly state: string;
  readonly pid: number | null;
}

interface ListAnswer {
  readonly transactions: readonly {
    readonly transaction: string;
    readonly services: readonly ServiceLine[];
  }[];
}

async function pids(home: Home): Promise<Readonly<Record<string, number | null>>> {
  const { transactions } = JSON.parse(await command(home, 'list', '--json')) as ListAnswer;
  return Object.fromEntries(transactions[0]!.services.map(({ service_id: id, pid }) => [id, pid]));
}

test('start, restart, stop and exit print the resulting states.', async () => {
  await using home = await openHome(...SERVICES);
  await using provider = await home.startProvider();
  expect(await command(home, 'list')).toBe('no transactions');
  expect(await command(home, 'validate')).toBe('the configuration is valid');

  const started = await command(
    home,
    'start',
    '--service_name=context',
    '--service_id=Home',
    '--transaction=',
  );
  const [, transaction] = /^transaction ([A-Z0-9]{20})$/m.exec(started) ?? [];
  expect(transaction).toBeDefined();
  expect(started).toMatch(/^ +ts_100 +started +pid \d+ +\d+ ms$/m);
  expect(started).toMatch(/^ +ts_101 +started +pid \d+ +\d+ ms$/m);
  const first = await pids(home);
  expect(Object.values(first).every((pid) => isRunning(pid!))).toBe(true);
  expect(await command(home, 'list')).toContain(`${transaction} Home`);
  expect(await command(home, 'request')).toMatch(/ts_101 +started +pid \d+ +Walk, last updated/);

  const restarted = await command(home, 'restart', '--task_id=ts_101');
  expect(restarted).toMatch(/ts_101 +started +pid \d+/);
  expect(restarted).not.toContain('ts_100');
  const second = await pids(home);
  expect(second.ts_100).toBe(first.ts_100);
  expect(second.ts_101).not.toBe(first.ts_101);
  expect(isRunning(first.ts_101!)).toBe(false);

  expect(await command(home, 'stop', '--task_id=ts_100')).toMatch(/ts_100 +stopped/);
  expect(await pids(home)).toEqual({ ts_100: null, ts_101: second.ts_101 });
  expect(await command(home, 'stop', '--service_name=all', `--transaction=${transaction}`)).toMatch(
    /ts_101 +stopped/,
  );
  expect(await pids(home)).toEqual({ ts_100: null, ts_101: null });

  await command(home, 'start', '--transaction=T2');
  expect(await command(home, 'exit')).toMatch(/ts_100 +stopped/);
  expect(await provider.ended).toMatchObject({ exitCode: 0, stderr: '' });
});

test('With --json every answer is one JSON value.', async () => {
  await using home = await openHome(...SERVICES);
  await using provider = await home.startProvider();
  const json = async (action: string, ...args: readonly string[]) =>
    JSON.parse(await command(home, action, '--json', ...args)) as unknown;
  const both = (state: string) => [
    { service_id: 'ts_100', state },
    { service_id: 'ts_101', state },
  ];
  const sorted = (answer: unknown) => {
    const { services } = answer as { services: ServiceLine[] };
    return services.toSorted((one, other) => one.service_id.localeCompare(other.service_id));
  };
  expect(sorted(await json('start', '--transaction=T1'))).toMatchObject(both('started'));
  expect(await json('list')).toMatchObject({
    result: 'success',
    transactions: [{ transaction: 'T1', context_id: 'Home', services: both('started') }],
  });
  expect(await json('request', '--transaction=T1')).toMatchObject({
    contextId: 'Home',
    tasks: [{ service_id: 'ts_100', instance: 'EchoAction' }, { service_id: 'ts_101' }],
  });
  expect(await json('validate')).toMatchObject({ result: 'success' });
  expect(await json('reload', '--dry_run')).toMatchObject({ plan: { unchanged: ['ts_100', 'ts_101'] } });
  expect(await json('restart', '--service_id=ts_101')).toMatchObject({
    transaction: 'T1',
    services: [{ service_id: 'ts_101', state: 'started' }],
  });
  expect(sorted(await json('stop'))).toMatchObject(both('stopped'));
  expect(await json('exit')).toMatchObject({ result: 'success' });
  expect((await provider.ended).exitCode).toBe(0);
});

test('reload --dry_run prints the plan for an edited file; reload executes it.', async () => {
  await using home = await openHome(...SERVICES);
  await home.startProvider(['--start', '--transaction=T1']);
  await command(home, 'restart');
  const before = await pids(home);
  await home.edit(FILE, (text) => replaceNth(text, /<device_action>go</, 2, '<device_action>run<'));
  await home.edit(FILE, (text) => replaceNth(text, /<description>[^<]*</, 1, '<description>edited<'));
  const plan = await command(home, 'reload', '--dry_run');
  expect(plan).toMatch(/^ +changed +ts_101 \(device_action\)$/m);
  expect(plan).toMatch(/^ +updated +ts_100 \(description\)$/m);
  expect(await pids(home)).toEqual(before);
  const done = await command(home, 'reload');
  expect(done).toMatch(/^ +changed +ts_101 \(device_action\)$/m);
  expect(done).toMatch(/^ +ts_101 +started +pid \d+/m);
  const after = await pids(home);
  expect(after.ts_100).toBe(before.ts_100);
  expect(after.ts_101).not.toBe(before.ts_101);

  await home.edit(FILE, (text) => text.replace('</Task>', '</Tusk>'));
  const broken = await home.run('conf_command', `--context_file=${FILE}`, '--action=reload');
  expect(broken.exitCode).toBe(1);
  expect(broken.stderr).toMatch(/^error XML_MALFORMED: .*Context-Home\.xml:\d+:\d+: /);
  const listed = await home.run('conf_command', '--action=list', '--json');
  expect((JSON.parse(listed.stdout) as ListAnswer).transactions[0]!.services).toMatchObject([
    { pid: after.ts_100 },
    { pid: after.ts_101 },
  ]);
});

test('--topic=process sends directly to a service and prints the answer.', async () => {
  await using home = await openHome(...SERVICES);
  await home.startProvider(['--start', '--transaction=T1']);
  await command(home, 'restart');
  const to = ['--topic=process', '--transaction=T1', '--task_id=ts_101'];
  expect(await command(home, 'stop', ...to)).toMatch(/ts_101 +stopped/);
  expect(await pids(home)).toMatchObject({ ts_101: null });
  expect(await command(home, 'start', ...to)).toMatch(/ts_101 +started +pid \d+/);
  const before = await pids(home);
  expect(await command(home, 'restart', ...to)).toMatch(/ts_101 +started +pid \d+/);
  const after = await pids(home);
  expect(after.ts_100).toBe(before.ts_100);
  expect(after.ts_101).not.toBe(before.ts_101);
});

test('contextd NAME runs each command.', async () => {
  await using home = await openHome(...SERVICES);
  await using provider = home.start('contextd', 'service_context', FILE, '--start', '--transaction=T1');
  await provider.out.waitFor((line) => line.includes('start T1: success'));
  await using display = home.start('contextd', 'context_display', '--topic=state');
  await display.err.waitFor((line) => line.startsWith('following'));
  const listed = await home.run('contextd', 'conf_command', '--action=list');
  expect(listed).toMatchObject({ exitCode: 0, stderr: '' });
  expect(listed.stdout).toContain('T1 Home');
  const unknown = await home.run('contextd', 'dance');
  expect(unknown.exitCode).toBe(2);
  expect(unknown.stderr).toMatch(
    /commands: .*create_service, service_context, conf_command, context_display/,
  );
  const named = await home.run('contextd', 'create_service', '--help');
  expect(named).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('--task_service') as string });
});
