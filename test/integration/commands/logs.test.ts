// conf_command --action=logs, against a provider with real services.

import { expect, test } from 'vitest';
import { confCommand } from '../../../src/cli/conf-command.js';
import { runCommand } from '../../../src/cli/run.js';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider, type TestProvider } from '../../helpers/provider.js';
import { createTerminal } from '../../helpers/terminal.js';

expectNoLeftovers();

function askFor({ provider }: TestProvider, ...more: readonly string[]) {
  const { publish, subscribe } = provider.endpoints;
  return ['--action=logs', `--endpoint=${publish}`, `--sub_endpoint=${subscribe}`, ...more];
}

async function showLogs(test: TestProvider, ...more: readonly string[]) {
  const terminal = createTerminal();
  const exitCode = await runCommand(confCommand as never, askFor(test, ...more), terminal);
  return { exitCode, ...terminal.written };
}

test('logs shows the last lines, across rotations; as JSON an object for each.', async () => {
  const supervision = { log_max_kb: 1, log_files: 20 };
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Floods', configuration: { count: 300 }, supervision },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  await test.provider.execute('start', 'T1');
  await observer.waitForEvent('ts_1', 'exited');
  const some = await showLogs(test, '--task_id=ts_1', '--lines=3');
  expect(some).toEqual({
    exitCode: 0,
    out: expect.stringMatching(/^line 298 äöü€\nline 299 äöü€\n\S+Z info {2}the end\n$/) as string,
    err: '',
  });
  const many = await showLogs(test, '--task_id=ts_1', '--lines=200', '--transaction=T1', '--json');
  const lines = many.out.trimEnd().split('\n');
  expect(lines).toHaveLength(200);
  expect(JSON.parse(lines[0]!)).toEqual({
    line: expect.stringMatching(/line 101 äöü€$/) as string,
  });
  const usual = await showLogs(test, '--task_id=ts_1');
  expect(usual.out.trimEnd().split('\n')).toHaveLength(50);
});

test('logs reports lines that the log lost.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'PastTheLog' }]);
  await test.provider.execute('start', 'T1');
  const { out, err } = await showLogs(test, '--task_id=ts_1');
  expect(out).toMatch(/this is in the log\n$/);
  expect(err).toMatch(/^ {2}35 bytes of output are not in the log but in \/.*\/logs\/T1\/ts_1\.out\n$/);
});

test('logs --follow shows each line as it comes, across rotations, until it is ended.', async () => {
  const supervision = { log_max_kb: 1, log_files: 100 };
  await using test = await openProvider([{ id: 'ts_1', instance: 'Talks', supervision }]);
  await test.provider.execute('start', 'T1');
  const stop = new AbortController();
  const terminal = { ...createTerminal(), signal: stop.signal };
  const following = runCommand(
    confCommand as never,
    askFor(test, '--task_id=ts_1', '--follow', '--lines=1000000'),
    terminal,
  );
  await eventually(() => terminal.written.out.includes('line 400\n'), 'line 400');
  stop.abort();
  expect(await following).toBe(0);
  const lines = terminal.written.out.trimEnd().split('\n');
  expect(lines).toEqual(lines.map((_, index) => `line ${index + 1}`));
});

test.each([
  ['a service that does not exist', ['--task_id=ts_9'], 1, /SVC_UNKNOWN.*\n.*its services are ts_1, ts_2/],
  ['a service that never ran', ['--task_id=ts_2'], 1, /SVC_LOG_UNREADABLE: ts_2 of T1 has no log yet/],
  ['a transaction that does not exist', ['--task_id=ts_1', '--transaction=T9'], 1, /CTX_TRANSACTION_UNKNOWN/],
  ['half a line', ['--task_id=ts_1', '--lines=0.5'], 2, /CLI_USAGE: invalid value 0.5 for --lines/],
])('logs of %s is refused with the reason.', async (_what, flags, exitCode, message) => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Forever' },
    { id: 'ts_2', instance: 'Forever', entry: 'on_exit' },
  ]);
  await test.provider.execute('start', 'T1');
  const shown = await showLogs(test, ...flags);
  expect(shown).toMatchObject({ exitCode, out: '', err: expect.stringMatching(message) as string });
});
