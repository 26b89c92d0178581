// context_display as a user runs it: what passes its filters, in which order, and how it ends.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import type { ServiceSpec } from '../helpers/context.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { spawnProgram } from '../helpers/program.js';
import { FILE, openHome, type Home, type Running } from '../helpers/home.js';

expectNoLeftovers();
// Each test runs many programs, one after the other.
vi.setConfig({ testTimeout: 180_000 });

const SERVICES = [
  ['EchoAction', 'ts_100'],
  ['Walk', 'ts_101'],
] as const;

/** One that follows already. */
async function display(home: Home, ...args: readonly string[]): Promise<Running> {
  const running = home.start('context_display', ...args);
  try {
    await running.err.waitFor((line) => line.startsWith('following'));
    return running;
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
}

/** As many as there are lists of arguments, started side by side. */
async function displayAll<const T extends readonly (readonly string[])[]>(home: Home, argLists: T) {
  const all = await Promise.all(argLists.map((args) => display(home, ...args)));
  return {
    all: all as { readonly [K in keyof T]: Running },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(all.map((each) => each[Symbol.asyncDispose]()));
    },
  };
}

interface Line {
  readonly at: string;
  readonly topic: string;
  readonly body: {
    readonly header: Readonly<Record<string, string>>;
    readonly Task?: { readonly message: { readonly header: Readonly<Record<string, string>> } };
  };
}

function linesOf({ out }: Running): readonly Line[] {
  return out.items.map((line) => JSON.parse(line) as Line);
}

function headerOf({ body }: Line): Readonly<Record<string, string>> {
  return body.Task?.message.header ?? body.header;
}

/** `control started ts_100` */
function what(line: Line): string {
  const { action, service_id: service } = headerOf(line);
  return `${line.topic} ${action} ${service}`;
}

async function command(home: Home, ...args: readonly string[]): Promise<void> {
  expect(await home.run('conf_command', ...args)).toMatchObject({ exitCode: 0, stderr: '' });
}

/** Ctrl-C ends it, and nothing went wrong on the way. */
async function end(...displays: readonly Running[]): Promise<void> {
  for (const each of displays) each.interrupt();
  for (const each of displays) {
    const { exitCode, stderr } = await each.ended;
    expect(exitCode).toBe(0);
    expect(stderr.split('\n')).toHaveLength(2);
  }
}

const chain: readonly ServiceSpec[] = [
  { id: 'ts_1', instance: 'Forever', transitions: { on_start: 'start ts_2' } },
  { id: 'ts_2', instance: 'UpdatesOnce', entry: 'on_exit', transitions: { on_update: 'start ts_3' } },
  { id: 'ts_3', instance: 'Once', entry: 'on_exit', transitions: { on_exit: 'start ts_4' } },
  { id: 'ts_4', instance: 'Forever', entry: 'on_exit' },
];

test('The events of a chain arrive in the order of its transitions, each exactly once.', async () => {
  await using home = await openHome();
  await home.startProvider([], await home.writeContext(...chain));
  await using seen = await display(home, '--json');
  const events = () =>
    linesOf(seen).filter(({ topic, body }) => topic === 'control' && body.header.action !== 'update');
  await command(home, '--action=start', '--transaction=T1');
  await seen.out.waitFor(() => events().some((each) => what(each) === 'control started ts_4'));
  await command(home, '--action=stop', '--transaction=T1');
  await seen.out.waitFor((line) => line.includes('"reply_stop"'));
  await end(seen);
  const shown = events().map((each) => what(each).replace('control ', ''));
  expect(shown.slice(0, 11)).toEqual([
    ...['created ts_1', 'started ts_1'],
    // on_start: start ts_2
    ...['created ts_2', 'started ts_2', 'updated ts_2'],
    // on_update: start ts_3
    ...['created ts_3', 'started ts_3', 'updated ts_3', 'exited ts_3'],
    // on_exit: start ts_4
    ...['created ts_4', 'started ts_4'],
  ]);
  expect(shown.slice(11).toSorted()).toEqual(['stopped ts_1', 'stopped ts_2', 'stopped ts_4']);
  const times = linesOf(seen).map(({ at }) => Date.parse(at));
  expect(times).toEqual(times.toSorted((one, other) => one - other));
});

test('The filters by topic, service, action and transaction print all matching messages and no others.', async () => {
  await using home = await openHome(...SERVICES);
  await home.startProvider();
  await using displays = await displayAll(home, [
    ['--json'],
    ['--json', '--topic=state'],
    ['--json', '--topic', 'context', 'process'],
    ['--json', '--service_id=ts_101'],
    ['--json', '--action', 'started', 'stopped'],
    ['--json', '--transaction=T2'],
    ['--json', '--transaction=T2', '--action=started', '--service_id=ts_100'],
  ]);
  const [all, state, two, service, action, transaction, both] = displays.all;
  const inBoth = (what: string) =>
    Promise.all(
      ['T1', 'T2'].map((id) =>
        command(home, `--context_file=${FILE}`, `--action=${what}`, `--transaction=${id}`),
      ),
    );
  await inBoth('start');
  await inBoth('stop');
  await command(home, `--context_file=${FILE}`, '--action=validate');
  await all.out.waitFor((line) => line.includes('"reply_validate"'));
  await state.out.waitFor((line) => line.includes('"reply_validate"'));
  await two.out.waitFor((line) => line.includes('"validate"'));
  await transaction.out.waitFor((line) => line.includes('"reply_stop"'));
  await service.out.waitFor(
    () => linesOf(service).filter((each) => what(each) === 'control stopped ts_101').length === 2,
  );
  await action.out.waitFor(() => linesOf(action).length === 8);
  await both.out.waitFor(() => linesOf(both).length === 1);
  await end(...displays.all);
  // Compared as sets: each display writes on its own, all saw the same bus. A display itself asks for the list of services,
  // and others see that only if they were first.
  const seen = (running: Running) => linesOf(running).filter((line) => !/\b(reply_)?list\b/.test(what(line)));
  const passing = (fits: (line: Line) => boolean) => seen(all).filter(fits).map(what).toSorted();
  const passed = (running: Running) => seen(running).map(what).toSorted();
  const isOfT2 = (line: Line) => (headerOf(line).service_transaction ?? headerOf(line).transaction) === 'T2';
  expect(passed(state)).toEqual(passing(({ topic }) => topic === 'state'));
  expect(passed(two)).toEqual(passing(({ topic }) => topic === 'context' || topic === 'process'));
  expect(passed(service)).toEqual(passing((line) => headerOf(line).service_id === 'ts_101'));
  expect(passed(action).every((each) => /^control (started|stopped) ts_10[01]$/.test(each))).toBe(true);
  expect(passed(transaction)).toEqual(passing(isOfT2));
  expect(passed(both)).toEqual(['control started ts_100']);
});

test('Each message is one line; --verbose also prints the whole message.', async () => {
  await using home = await openHome(...SERVICES);
  await home.startProvider();
  await using plain = await display(home, '--topic=control', '--action=started');
  await using verbose = await display(home, '--topic=control', '--action=started', '--verbose');
  await command(home, `--context_file=${FILE}`, '--action=start', '--transaction=T1');
  await plain.out.waitFor(() => plain.out.items.length === 2);
  await verbose.out.waitFor(() => verbose.out.items.filter((line) => line === '}').length === 2);
  await end(plain, verbose);
  const shown = /^\d\d:\d\d:\d\d {2}control {3}ts_10[01] +started pid (\d+) \(T1\)$/;
  for (const line of plain.out.items) expect(line).toMatch(shown);
  const [first = '', ...rest] = verbose.out.items;
  expect(first).toMatch(shown);
  const whole = JSON.parse(rest.slice(0, rest.indexOf('}') + 1).join('\n')) as object;
  expect(whole).toMatchObject({
    header: { action: 'started', service_transaction: 'T1' },
    content: { status: { pid: Number(shown.exec(first)?.[1]) } },
  });
});

test('The address for subscribers is enough, also with several providers.', async () => {
  await using home = await openHome(['Walk', 'ts_101']);
  await using other = await openHome(['Walk', 'ts_101']);
  const second = 'other/conf/Context-Other.xml';
  await mkdir(join(home.path, 'other/conf'), { recursive: true });
  await writeFile(
    join(home.path, second),
    (await other.read(FILE)).replace('>Home</ContextID>', '>context002</ContextID>'),
  );
  await home.startProvider();
  await home.startProvider([], second);
  await using seen = await display(home, `--endpoint=tcp://127.0.0.1:${other.subPort}`, '--json');
  await command(home, `--context_file=${second}`, '--action=validate', '--transaction=OTHER');
  await seen.out.waitFor((line) => line.includes('"reply_validate"'));
  await end(seen);
  expect(linesOf(seen).map(what)).toEqual(['context validate ', 'state reply_validate ']);
});

test('Without a provider the command ends with an error, exit code 3.', async () => {
  await using home = await openHome();
  const { exitCode, stderr } = await home.run('context_display');
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/^error BUS_UNREACHABLE: no provider of this user runs on this machine\n {2}hint: /);
});

test('It ends when its output is closed.', async () => {
  await using home = await openHome(...SERVICES);
  await using provider = home.start('service_context', FILE, '--start', '--transaction=T1');
  await provider.out.waitFor((line) => line.includes('start T1: success'));
  const script = `"$0" "$@" | head -n 1`;
  const flags = [
    process.execPath,
    join(packageRoot, 'dist', 'tools', 'display.js'),
    '--topic',
    'control',
    '--json',
  ];
  await using shown = spawnProgram('bash', '-c', script, ...flags, `--context_file=${join(home.path, FILE)}`);
  await shown.err.waitFor((line) => line.startsWith('following'));
  await command(home, '--action=restart', '--task_id=ts_100');
  expect(await shown.ended).toEqual({ code: 0, signal: null });
  expect(shown.out.items).toHaveLength(1);
});

test('An unknown service or action is rejected, and the hint lists the known ones.', async () => {
  await using home = await openHome(...SERVICES);
  const action = await home.run('context_display', '--action=startd');
  expect(action).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('did you mean "started"?') as string,
  });
  const inFile = await home.run('context_display', `--context_file=${FILE}`, '--service_id=ts_10');
  expect(inFile.exitCode).toBe(1);
  expect(inFile.stderr).toMatch(
    /^error SVC_UNKNOWN: there is no service "ts_10"\n {2}hint: did you mean "ts_10/,
  );
  await using provider = home.start('service_context', FILE, '--start', '--transaction=T1');
  await provider.out.waitFor((line) => line.includes('start T1: success'));
  const running = await home.run('context_display', '--service_id=nothing');
  expect(running.exitCode).toBe(1);
  expect(running.stderr).toContain('hint: services: Home, ts_100, ts_101');
});
