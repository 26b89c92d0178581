// The end of a program, requested or not; none of its processes is left.

import { expect, test } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { readServiceLog, shellService } from '../../helpers/program-services.js';
import { isRunning } from '../../helpers/processes.js';
import { openProvider, type TestProvider } from '../../helpers/provider.js';

expectNoLeftovers();

/** Waits until the program has printed the pids of its child processes. */
async function pidsOf(test: TestProvider, count: number): Promise<readonly number[]> {
  const lines = () =>
    readServiceLog(test, 'ts_1')
      .split('\n')
      .filter((line) => /^\d+$/.test(line));
  await eventually(() => lines().length >= count, 'its pids are printed');
  return lines().map(Number);
}

test('A program that ends with exit code 0 has exited, and its on_exit fires.', async () => {
  await using test = await openProvider([
    shellService('ts_1', 'exit 0', {}, { transitions: { on_exit: 'start ts_2', on_fail: 'start ts_3' } }),
    shellService('ts_2', 'exec sleep 1000', {}, { entry: 'on_exit' }),
    shellService('ts_3', 'exec sleep 1000', {}, { entry: 'on_fail' }),
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await observer.waitForEvent('ts_2', 'started');
  expect(observer.events().filter((each) => each.endsWith('ts_1'))).toEqual([
    'created ts_1',
    'started ts_1',
    'exited ts_1',
  ]);
  expect(observer.events()).not.toContain('created ts_3');
});

test.each([
  ['exit 3', 'ended with exit code 3', { exit_code: 3 }],
  ['kill -SEGV $$', 'was ended by SIGSEGV', { signal: 'SIGSEGV' }],
  ['kill -TERM $$', 'was ended by SIGTERM', { signal: 'SIGTERM' }],
  // Signals to its process group do not reach its host.
  ['kill -TERM 0', 'was ended by SIGTERM', { signal: 'SIGTERM' }],
])('A program that does "%s" has failed, and the reason is reported.', async (script, how, reported) => {
  await using test = await openProvider([
    shellService('ts_1', `echo up; ${script}`, {}, { transitions: { on_fail: 'start ts_2' } }),
    shellService('ts_2', 'exec sleep 1000', {}, { entry: 'on_fail' }),
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const failed = await observer.waitForEvent('ts_1', 'failed');
  expect(failed.content.status).toMatchObject({
    result: 'failure',
    error: { code: 'SVC_EXITED', message: `ts_1: the program ${how}` },
    ...reported,
  });
  await observer.waitForEvent('ts_2', 'started');
  expect(observer.events().filter((each) => each === 'failed ts_1')).toHaveLength(1);
  expect(readServiceLog(test, 'ts_1')).toMatch(/^up\n/);
});

test('A program is stopped by its stop signal, and counts as stopped with any exit code.', async () => {
  const script = `trap 'echo "tidied up"; exit 9' INT; echo up; while :; do sleep 0.02; done`;
  const supervision = { stop_signal: 'SIGINT', stop_timeout_s: 20 };
  await using test = await openProvider([shellService('ts_1', script, {}, { supervision })]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await eventually(() => readServiceLog(test, 'ts_1') === 'up\n', 'its trap is set');
  const { status } = await client.command({ action: 'stop', transaction: 'T1' });
  expect(status).toMatchObject({ result: 'success', services: [{ state: 'stopped' }] });
  expect(readServiceLog(test, 'ts_1')).toMatch(/^up\n\s*tidied up\n$/);
  expect(observer.events()).toEqual(['created ts_1', 'started ts_1', 'stopped ts_1']);
});

test('A program that ignores its stop signal is killed with all its child processes, and this is reported.', async () => {
  const script = `trap '' TERM; sh -c 'trap "" TERM; echo $$; while :; do sleep 0.1; done' & echo $$; while :; do sleep 0.1; done`;
  await using test = await openProvider([
    shellService('ts_1', script, {}, { supervision: { stop_timeout_s: 0.6 } }),
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const pids = await pidsOf(test, 2);
  const { status } = await client.command({ action: 'stop', transaction: 'T1' });
  expect(status.services).toMatchObject([{ state: 'stopped', pid: null }]);
  const stopped = await observer.waitForEvent('ts_1', 'stopped');
  const killed = stopped.content.status.killed as readonly string[];
  for (const pid of pids) expect(killed).toContain(`${pid} (sh)`);
  expect(pids.some(isRunning)).toBe(false);
});

test('Child processes that a program leaves running are ended, also in their own session.', async () => {
  const script = `sleep 1000 & echo $!
    setsid sh -c 'echo $$ > pid; exec sleep 1001' &
    until [ -s pid ]; do sleep 0.02; done; cat pid; exit 0`;
  await using test = await openProvider([shellService('ts_1', script)]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const pids = await pidsOf(test, 2);
  await observer.waitForEvent('ts_1', 'exited');
  await eventually(() => !pids.some(isRunning), 'nothing of it is left');
});

test('A program is restarted by a transition and by a command, each time with a new process.', async () => {
  await using test = await openProvider([
    shellService(
      'ts_1',
      'echo $$; [ -e again ] && exec sleep 1000; touch again; exit 1',
      {},
      {
        transitions: { on_fail: 'restart ts_1' },
        supervision: { backoff_s: 0.01 },
      },
    ),
  ]);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const [first, second] = await pidsOf(test, 2);
  expect(second).not.toBe(first);
  expect(isRunning(second!)).toBe(true);
  const { status } = await client.command({ action: 'restart', transaction: 'T1' });
  expect(status.services).toMatchObject([{ state: 'started' }]);
  expect(isRunning(second!)).toBe(false);
});
