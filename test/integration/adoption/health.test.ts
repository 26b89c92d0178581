// The health of running services: lag, heartbeats, lost events, memory; also of adopted ones.

import { expect, test } from 'vitest';
import { Connection } from '../../../src/bus/connection.js';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { openMemoryLimit } from '../../helpers/memory-limit.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';
import { isRunning } from '../../helpers/processes.js';
import { openProject, TRANSACTION, type Task } from '../../helpers/project.js';
import { needs } from '../../helpers/requirements.js';

expectNoLeftovers();

test('A service with a blocked event loop is killed only with heartbeat_limit_s, with the reason heartbeat.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Spins', supervision: { heartbeat_s: 0.1, heartbeat_limit_s: 1 } },
    { id: 'ts_2', instance: 'Spins', supervision: { heartbeat_s: 0.1, stop_timeout_s: 0.2 } },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: TRANSACTION });
  const [one, other] = ['ts_1', 'ts_2'].map((id) => status.services.find((each) => each.service_id === id));
  const failed = await observer.waitForEvent('ts_1', 'failed');
  expect(failed.content.status).toMatchObject({
    reason: 'heartbeat',
    error: { code: 'SVC_HEARTBEAT_LOST', message: 'ts_1 sent no heartbeat for 1 s' },
  });
  await eventually(() => !isRunning(one!.pid!), 'it is gone');
  const listed = await client.command({ action: 'list' });
  expect(listed.status.transactions![0]!.services[1]).toMatchObject({ state: 'started', pid: other!.pid });
});

test('A service that is adopted while its event loop is blocked is killed, too.', async () => {
  await using project = await openProject([
    { id: 'ts_1', instance: 'Spins', supervision: { heartbeat_s: 0.1, heartbeat_limit_s: 3 } },
  ]);
  const first = await project.startProvider();
  await first.command('start');
  const { pid } = (await first.tasks()).ts_1!;
  await first.kill();
  const second = await project.startProvider();
  expect((await second.tasks()).ts_1).toMatchObject({ pid });
  expect(await second.waitForStatus('ts_1', 'failed')).toMatchObject({ reason: 'heartbeat' });
  await eventually(() => !isRunning(pid!), 'it is gone');
});

test('The lag of a busy service is reported in milliseconds.', async () => {
  await using test = await openProvider([
    {
      id: 'ts_1',
      instance: 'Lags',
      configuration: { block_ms: '300' },
      supervision: { heartbeat_s: 0.1, stop_timeout_s: 2 },
    },
  ]);
  const client = await test.client();
  await client.command({ action: 'start', transaction: TRANSACTION });
  const task = async () =>
    ((await client.request(TRANSACTION)) as { readonly tasks: readonly Task[] }).tasks[0]!;
  await eventually(async () => ((await task()).event_loop_lag_ms ?? 0) > 100, 'its lag is reported');
  expect(await task()).toMatchObject({ status: 'started', missed_events: 0 });
});

test('Lost events are counted.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: TRANSACTION });
  const sender = new Connection(test.provider.endpoints, [], () => undefined);
  await sender.publisher.waitForSubscriber('control');
  const event = (seq: number) => ({
    header: {
      action: 'updated',
      service_id: 'ts_1',
      service_transaction: TRANSACTION,
      seq,
      sender: 'one-with-gaps',
    },
    content: { status: { result: 'success', pid: status.services[0]!.pid } },
  });
  for (const seq of [1, 2, 5, 6, 10]) await sender.publish('control', event(seq));
  const missed = async () =>
    ((await client.request(TRANSACTION)) as { readonly tasks: readonly Task[] }).tasks[0]!.missed_events;
  await eventually(async () => (await missed()) === 5, '3, 4, 7, 8 and 9 are missed');
  await sender.close();
});

test('A service with a full heap fails with the reason out_of_memory.', async () => {
  process.env.NODE_OPTIONS = '--max-old-space-size=40';
  try {
    await using test = await openProvider([
      { id: 'ts_1', instance: 'EatsMemory', configuration: { after_ms: '1' } },
    ]);
    await using observer = await observeBus(test.provider.endpoints);
    const client = await test.client();
    await client.command({ action: 'start', transaction: TRANSACTION });
    const failed = await observer.waitForEvent('ts_1', 'failed');
    expect(failed.content.status).toMatchObject({
      reason: 'out_of_memory',
      signal: 'SIGABRT',
      error: { code: 'SVC_EXITED', message: 'ts_1 filled the heap that Node gives a process' },
    });
  } finally {
    delete process.env.NODE_OPTIONS;
  }
});

test(
  'A service that the kernel kills for lack of memory fails with the reason out_of_memory.',
  needs('a memory control group'),
  async () => {
    await using test = await openProvider([
      { id: 'ts_1', instance: 'EatsMemory', configuration: { after_ms: '500' } },
    ]);
    await using observer = await observeBus(test.provider.endpoints);
    const client = await test.client();
    const { status } = await client.command({ action: 'start', transaction: TRANSACTION });
    using limit = openMemoryLimit(120 * 1024 * 1024);
    limit.add(status.services[0]!.pid!);
    const failed = await observer.waitForEvent('ts_1', 'failed');
    expect(failed.content.status).toMatchObject({
      reason: 'out_of_memory',
      signal: 'SIGKILL',
      error: {
        code: 'SVC_EXITED',
        message: 'ts_1 was killed by the system, which had no memory left for it',
      },
    });
  },
);
