// conf_command --action=why and --action=history as a user runs them.

import { expect, test, vi } from 'vitest';
import { historyReplySchema } from '../../src/messages/history.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { FILE, openHome, replaceNth, type Home, type Running } from '../helpers/home.js';

expectNoLeftovers();
// Each test runs many programs, one after the other.
vi.setConfig({ testTimeout: 180_000 });

/** The end of ts_100 starts ts_101, which waits for that; ts_100 has been stopped. */
async function openChain(): Promise<{ home: Home; provider: Running } & AsyncDisposable> {
  const home = await openHome(['EchoAction', 'ts_100'], ['Walk', 'ts_101']);
  await home.edit(FILE, (text) =>
    replaceNth(
      replaceNth(text, /<state type="on_start">/, 2, '<state type="on_exit">'),
      /<on_exit>\s*<action><\/action>\s*<call><\/call>/,
      1,
      '<on_exit><action>start</action><call>ts_101</call>',
    ),
  );
  const provider = await home.startProvider(['--start', '--transaction=T1']);
  await provider.out.waitFor((line) => line.includes('"answer"'));
  expect(await home.run('conf_command', '--action=stop', '--task_id=ts_100')).toMatchObject({ exitCode: 0 });
  await provider.out.waitFor((line) => line.includes('"action":"started","service_id":"ts_101"'));
  return {
    home,
    provider,
    [Symbol.asyncDispose]: async () => {
      await provider[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

/** A line without its time and its widths. */
function shorten(line: string): string {
  return line.replace(/^\d\d:\d\d:\d\d\.\d{3} +/, '').replace(/ +/g, ' ');
}

test('why prints the chain of causes with times; the only transaction is the default.', async () => {
  await using chain = await openChain();
  const { exitCode, stdout, stderr } = await chain.home.run(
    'conf_command',
    '--action=why',
    '--task_id=ts_101',
  );
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const lines = stdout.split('\n');
  expect(lines.slice(0, -1).every((line) => /^\d\d:\d\d:\d\d\.\d{3} /.test(line))).toBe(true);
  expect(lines.map(shorten)).toEqual([
    expect.stringMatching(/^command stop \(\S+\)$/),
    'effect ts_100 stop',
    'event ts_100 stopped',
    'transition ts_100 on_exit: start ts_101',
    'effect ts_101 launch',
    'event ts_101 started',
    expect.stringMatching(/^ts_101 is started since \d\d:\d\d:\d\d\.\d{3}$/),
  ]);
});

test('why --json prints records whose causes are ids of other records.', async () => {
  await using chain = await openChain();
  const named = ['--transaction=T1', '--service_id=ts_101', '--json'];
  const { exitCode, stdout } = await chain.home.run('conf_command', '--action=why', ...named);
  expect(exitCode).toBe(0);
  const reply = historyReplySchema.parse(JSON.parse(stdout));
  expect(reply).toMatchObject({ service_id: 'ts_101', state: 'started' });
  expect(reply.records.map(({ kind }) => kind)).toEqual([
    'command',
    'effect',
    'event',
    'transition',
    'effect',
    'event',
  ]);
  expect(reply.records.map(({ cause }) => cause)).toEqual([
    0,
    ...reply.records.slice(0, -1).map(({ id }) => id),
  ]);
  expect(reply.records[3]).toMatchObject({
    ...{ service_id: 'ts_100', trigger: 'on_exit', action: 'start', target: 'ts_101', outcome: 'done' },
    text: 'on_exit: start ts_101',
  });
});

test('history prints a line per record, at most --lines, and the same with --json.', async () => {
  await using chain = await openChain();
  const { home } = chain;
  const history = async (...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await home.run('conf_command', '--action=history', ...args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    return stdout;
  };
  const { records } = historyReplySchema.parse(JSON.parse(await history('--json', '--lines=1000')));
  expect(records.slice(0, 4).map(({ kind, text }) => `${kind} ${text.split(' ')[0]}`)).toEqual([
    'command start',
    'effect launch',
    'event created',
    'event started',
  ]);
  const stop = records.findIndex(({ kind, text }) => kind === 'command' && text.startsWith('stop'));
  expect(stop).toBeGreaterThan(0);
  const lines = (await history('--lines=1000')).split('\n').map(shorten);
  const shown = records.map(({ kind, service_id: id, text }) =>
    [kind, id, text].filter((part) => part !== '').join(' '),
  );
  expect(lines.slice(0, shown.length)).toEqual(shown);
  expect((await history('--lines=2', '--transaction=T1')).split('\n')).toHaveLength(2);
  expect(await history('--lines=0')).toBe('no records');
});

test('An unknown service or transaction ends with 1, and the hint lists the known ones.', async () => {
  await using chain = await openChain();
  const { home } = chain;
  const service = await home.run('conf_command', '--action=why', '--task_id=ts_404');
  expect(service).toMatchObject({ exitCode: 1, stdout: '' });
  expect(service.stderr).toBe(
    'error SVC_UNKNOWN: transaction T1 has no service "ts_404"\n  hint: its services are ts_100, ts_101',
  );
  for (const action of ['why', 'history']) {
    const args = [`--action=${action}`, '--task_id=ts_100', '--transaction=T404'];
    const transaction = await home.run('conf_command', ...args);
    expect(transaction).toMatchObject({ exitCode: 1, stdout: '' });
    expect(transaction.stderr).toBe(
      'error CTX_TRANSACTION_UNKNOWN: transaction T404 is unknown\n  hint: known transactions: T1',
    );
  }
});
