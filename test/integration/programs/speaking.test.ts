// A program that uses the protocol itself: it publishes its own events, and no event is reported a second time.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Publisher } from '../../../src/bus/publisher.js';
import { packageRoot } from '../../../src/base/package.js';
import { readProcessTable } from '../../../src/processes/process-table.js';
import type { ServiceSpec } from '../../helpers/context.js';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { isRunning } from '../../helpers/processes.js';
import { readServiceLog, programService, shellService } from '../../helpers/program-services.js';
import { needs, tool } from '../../helpers/requirements.js';
import { openProvider } from '../../helpers/provider.js';
import { openProject, TRANSACTION } from '../../helpers/project.js';

expectNoLeftovers();

const SERVICE = join(packageRoot, 'examples', 'python', 'service.py');

/** The service of examples/python. */
function loadService(configuration: Readonly<Record<string, string>>, more: Partial<ServiceSpec> = {}) {
  const command = { program: tool('python3'), arg: [SERVICE], ready: 'heartbeat' };
  return programService('ts_1', command, { name: 'load', ...more, configuration });
}

/** The only child process of the process of the service. */
function childOf(pid: number): number {
  const child = readProcessTable().find((each) => each.parent === pid);
  if (child === undefined) throw new Error(`${pid} has no child`);
  return child.pid;
}

test(
  'It publishes each event once, numbered without a gap, and fires transitions.',
  needs('python3-zmq'),
  async () => {
    await using test = await openProvider([
      loadService({ every_s: '0.05', readings: '3' }, { transitions: { on_exit: 'start ts_2' } }),
      shellService('ts_2', 'exec sleep 1000', {}, { entry: 'on_exit' }),
    ]);
    await using observer = await observeBus(test.provider.endpoints);
    const client = await test.client();
    const { status } = await client.command({ action: 'start', transaction: 'T1' });
    expect(status.services).toMatchObject([{ service_id: 'ts_1', state: 'started' }]);
    await observer.waitForEvent('ts_2', 'started');
    expect(observer.events().filter((each) => each.endsWith('ts_1'))).toEqual(
      ['created', 'started', 'updated', 'updated', 'updated', 'exited'].map((action) => `${action} ts_1`),
    );
    const exited = await observer.waitForEvent('ts_1', 'exited');
    expect(exited.header).toMatchObject({ seq: 6, service_name: 'load' });
    expect(exited.content.status).toMatchObject({
      readings: 3,
      pid: status.services[0]!.pid,
      device_action: 'test_action',
    });
    expect(readServiceLog(test, 'ts_1')).toMatch(/^(load [\d.]+\n){3}$/);
  },
);

test(
  'It handles a stop and a restart on the bus, and its final event is acknowledged.',
  needs('python3-zmq'),
  async () => {
    await using test = await openProvider([loadService({ every_s: '0.05' })]);
    await using observer = await observeBus(test.provider.endpoints);
    const client = await test.client();
    await client.command({ action: 'start', transaction: 'T1' });
    const restarted = await client.command({ action: 'restart', transaction: 'T1' });
    expect(restarted.status.services).toMatchObject([{ state: 'started' }]);
    await observer.waitForEvent('ts_1', 'updated');
    const { status } = await client.command({ action: 'stop', transaction: 'T1' });
    expect(status.services).toMatchObject([{ state: 'stopped', pid: null }]);
    expect(observer.events().filter((each) => !each.startsWith('updated'))).toEqual(
      ['created', 'started', 'stopped', 'created', 'started', 'stopped'].map((action) => `${action} ts_1`),
    );
    const stopped = await observer.waitForEvent('ts_1', 'stopped');
    expect(stopped.header.cause).toEqual(expect.any(String));
  },
);

test('It sends its own heartbeats, and an invalid frame does not end it.', needs('python3-zmq'), async () => {
  const supervision = { heartbeat_s: 0.1, heartbeat_limit_s: 2 };
  await using test = await openProvider([loadService({ every_s: '1000' }, { supervision })]);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  const publisher = Publisher.connect(test.provider.endpoints.publish);
  await publisher.waitForSubscriber('process.T1.ts_1');
  for (const body of ['{{{', '[]', '{"Task": 7}', '{"Task":{"message":{}}}'])
    await publisher.publish(`process.T1.ts_1 @@@ ${body}`);
  await eventually(
    () => readServiceLog(test, 'ts_1').match(/a frame was dropped/g)?.length === 4,
    'they arrive',
  );
  await publisher.close();
  const task = async () => {
    const all = (await client.request('T1')) as { readonly tasks: readonly Record<string, unknown>[] };
    return all.tasks[0];
  };
  await eventually(async () => (await task())?.event_loop_lag_ms === 0, 'a heartbeat is received');
  // A stopped program sends no heartbeats, which shows that its host does not send them.
  const program = childOf(status.services[0]!.pid!);
  process.kill(program, 'SIGSTOP');
  await eventually(async () => (await task())?.reason === 'heartbeat', 'missing heartbeats are detected');
  await eventually(() => !isRunning(program), 'it is ended');
});

test.each([
  ['SIGKILL', { signal: 'SIGKILL', reason: 'signal' }],
  ['SIGSEGV', { signal: 'SIGSEGV', reason: 'signal' }],
] as const)(
  'When it is ended by %s, the provider reports its end.',
  needs('python3-zmq'),
  async (signal, reported) => {
    await using test = await openProvider([loadService({ every_s: '0.05' })]);
    await using observer = await observeBus(test.provider.endpoints);
    const client = await test.client();
    const { status } = await client.command({ action: 'start', transaction: 'T1' });
    process.kill(childOf(status.services[0]!.pid!), signal);
    const failed = await observer.waitForEvent('ts_1', 'failed');
    expect(failed.content.status).toMatchObject({ result: 'failure', ...reported });
    expect(observer.events().filter((each) => each.startsWith('failed'))).toHaveLength(1);
  },
);

test.each([
  ['exit 4', 'failed', { exit_code: 4, reason: 'exit_code' }],
  ['exit 0', 'failed', { exit_code: 0, reason: 'exit_code' }],
])(
  'A program that does "%s" without a heartbeat has failed before it was ready.',
  async (script, action, reported) => {
    await using test = await openProvider([shellService('ts_1', script, { ready: 'heartbeat' })]);
    await using observer = await observeBus(test.provider.endpoints);
    const client = await test.client();
    const { status } = await client.command({ action: 'start', transaction: 'T1' });
    expect(status.error).toMatchObject({
      code: 'SVC_EXITED',
      message: expect.stringContaining('before it was ready') as string,
    });
    expect((await observer.waitForEvent('ts_1', action)).content.status).toMatchObject(reported);
  },
);

test('A program that does not subscribe to the bus is stopped by its signal.', async () => {
  const script = `trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.02; done`;
  await using test = await openProvider([shellService('ts_1', script, { ready: 'heartbeat' })]);
  const client = await test.client();
  const answer = client.command({ action: 'start', transaction: 'T1' });
  await eventually(() => readServiceLog(test, 'ts_1') === 'up\n', 'its trap is set');
  const { status } = await client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_1' });
  expect(status.services).toMatchObject([{ state: 'stopped' }]);
  await answer;
  // Its process group receives the signal; the shell may print that the sleep has ended.
  expect(readServiceLog(test, 'ts_1')).toMatch(/^up\n(Terminated\n)?bye\n$/);
});

test(
  'It outlives its provider, and the next provider adopts and stops it.',
  needs('python3-zmq'),
  async () => {
    await using project = await openProject([loadService({ every_s: '0.05' })]);
    const first = await project.startProvider();
    await first.command('start');
    const { pid } = (await first.tasks()).ts_1!;
    await first.kill();
    const second = await project.startProvider();
    expect(await second.waitForStatus('ts_1', 'started')).toMatchObject({ pid, run: 1 });
    await using observer = await observeBus(project.endpoints);
    const updated = await observer.waitForEvent('ts_1', 'updated');
    expect(updated.header).toMatchObject({ service_transaction: TRANSACTION });
    expect(updated.content.status.pid).toBe(pid);
    expect(await second.command('stop')).toMatchObject([{ state: 'stopped', pid: null }]);
    expect(observer.events().filter((each) => each === 'stopped ts_1')).toHaveLength(1);
    expect(project.processes()).toEqual([]);
  },
);
