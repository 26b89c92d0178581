// Supervision: failures, giving up, start timeouts, the stop ladder, and nothing left behind.

import { expect, test } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';
import { isRunning } from '../../helpers/processes.js';

expectNoLeftovers();

test.each(['SIGKILL', 'SIGSEGV'] as const)(
  'A service whose process is ended by %s has failed, with the signal as the reason.',
  async (signal) => {
    await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
    await using observer = await observeBus(test.provider.endpoints);
    const client = await test.client();
    const { status } = await client.command({ action: 'start', transaction: 'T1' });
    process.kill(status.services[0]!.pid!, signal);
    const failed = await observer.waitForEvent('ts_1', 'failed');
    expect(failed.content.status).toMatchObject({
      result: 'failure',
      reason: 'signal',
      signal,
      error: { code: 'SVC_EXITED', message: expect.stringContaining(signal) as string },
    });
    expect(observer.events()).toEqual(['created ts_1', 'started ts_1', 'failed ts_1']);
    const again = await client.command({ action: 'start', transaction: 'T1' });
    expect(again.status.services).toMatchObject([{ state: 'started' }]);
  },
);

test('A service that another process terminates has stopped, and is not started again.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  process.kill(status.services[0]!.pid!, 'SIGTERM');
  await observer.waitForEvent('ts_1', 'stopped');
  await eventually(() => !isRunning(status.services[0]!.pid!), 'its process is gone');
  const again = await client.command({ action: 'start', transaction: 'T1' });
  expect(again.status.services).toMatchObject([{ state: 'started' }]);
});

test('A service that fails and lives on is failed with its pid; a start is refused, a stop ends it.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Failing' }]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const failed = await observer.waitForEvent('ts_1', 'failed');
  expect(failed.content.status).toMatchObject({ result: 'failure', fault: 'one of three sensors is silent' });
  const listed = await client.command({ action: 'list' });
  const [service] = listed.status.transactions![0]!.services;
  expect(service).toMatchObject({ state: 'failed', pid: failed.content.status.pid });
  const refused = await client.command({ action: 'start', transaction: 'T1' });
  expect(refused.status.error?.code).toBe('SVC_ALREADY_STARTED');
  const stopped = await client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_1' });
  expect(stopped.status).toMatchObject({ result: 'success', services: [{ state: 'stopped', pid: null }] });
  expect(isRunning(service!.pid!)).toBe(false);
});

test('Past max_restarts a service is given up, which all clients see; a restart command clears it.', async () => {
  const supervision = { max_restarts: 2, backoff_s: 0.01 };
  await using test = await openProvider([
    {
      id: 'ts_1',
      instance: 'FailsLater',
      configuration: { after_ms: '1' },
      transitions: { on_fail: 'restart ts_1' },
      supervision,
    },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const gaveUp = () =>
    observer.seen.items.filter(
      (each) => JSON.stringify(each.body).includes('"reason":"gave_up"') && each.topic === 'control',
    );
  const events = () =>
    gaveUp().filter((each) => each.kind === 'message' && each.message.kind === 'service_event');
  await observer.seen.waitFor(() => events().length === 1);
  const created = () => observer.events().filter((event) => event === 'created ts_1').length;
  expect(created()).toBe(3);
  const listed = await client.command({ action: 'list' });
  expect(listed.status.transactions![0]!.services).toMatchObject([
    { state: 'failed', pid: null, error: { code: 'SVC_GAVE_UP' } },
  ]);
  await client.command({ action: 'restart', transaction: 'T1' });
  await observer.seen.waitFor(() => events().length === 2);
  expect(created()).toBe(6);
});

test('A restart after a failure comes after a back-off; a stop during it ends it.', async () => {
  const supervision = { backoff_s: 3000, backoff_max_s: 3000 };
  await using test = await openProvider([
    {
      id: 'ts_1',
      instance: 'FailsLater',
      configuration: { after_ms: '1' },
      transitions: { on_fail: 'start ts_1' },
      supervision,
    },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const state = async () =>
    (await client.command({ action: 'list' })).status.transactions![0]!.services[0]!.state;
  await eventually(async () => (await state()) === 'backoff', 'it is in back-off');
  const stopped = await client.command({ action: 'stop', transaction: 'T1' });
  expect(stopped.status.services).toMatchObject([{ state: 'stopped' }]);
  expect(observer.events().at(-1)).toBe('stopped ts_1');
});

test('A service that is not ready within start_timeout_s is killed and has failed.', async () => {
  await using test = await openProvider([
    {
      id: 'ts_1',
      instance: 'SlowStart',
      configuration: { start_ms: '3600000' },
      supervision: { start_timeout_s: 0.5 },
    },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status).toMatchObject({ result: 'failure', error: { code: 'SVC_START_TIMEOUT' } });
  const failed = await observer.waitForEvent('ts_1', 'failed');
  expect(failed.content.status).toMatchObject({ reason: 'start_timeout' });
  const { pid } = (await observer.waitForEvent('ts_1', 'created')).content.status;
  await eventually(() => !isRunning(pid as number), 'its process is gone');
});

test('A service that is slow, but within start_timeout_s, starts; until then the start is not answered.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'SlowStart', configuration: { start_ms: '400' } },
    { id: 'ts_2', instance: 'Forever' },
  ]);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status.services.map((each) => `${each.service_id} ${each.state}`)).toEqual([
    'ts_1 started',
    'ts_2 started',
  ]);
  expect(status.services[0]!.elapsed_ms).toBeGreaterThanOrEqual(400);
});

test('A service that ignores a stop is killed within stop_timeout_s and named in the event.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'IgnoresStop', supervision: { stop_timeout_s: 1 } },
    { id: 'ts_2', instance: 'Forever' },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const started = await client.command({ action: 'start', transaction: 'T1' });
  const pid = started.status.services.find((each) => each.service_id === 'ts_1')!.pid!;
  const { status } = await client.command({ action: 'stop', transaction: 'T1' });
  expect(status.services.map((each) => `${each.service_id} ${each.state}`)).toEqual([
    'ts_1 stopped',
    'ts_2 stopped',
  ]);
  const [stubborn, obedient] = status.services.map((each) => each.elapsed_ms ?? 0);
  expect(stubborn).toBeGreaterThanOrEqual(1000);
  expect(obedient).toBeLessThan(stubborn!);
  expect(isRunning(pid)).toBe(false);
  const stopped = await observer.waitForEvent('ts_1', 'stopped');
  expect(stopped.content.status.killed).toEqual([expect.stringMatching(new RegExp(`^${pid} \\(`))]);
});

test.each(['asked to stop', 'killed'])(
  'When a service is %s, the processes it has started go with it, whatever their session.',
  async (how) => {
    await using test = await openProvider([{ id: 'ts_1', instance: 'SpawnsGrandchild' }]);
    await using observer = await observeBus(test.provider.endpoints);
    const client = await test.client();
    const { status } = await client.command({ action: 'start', transaction: 'T1' });
    const updated = await observer.waitForEvent('ts_1', 'updated');
    const grandchild = updated.content.status.grandchild as number;
    expect(isRunning(grandchild)).toBe(true);
    if (how === 'killed') process.kill(status.services[0]!.pid!, 'SIGKILL');
    else await client.command({ action: 'stop', transaction: 'T1' });
    const last = await observer.waitForEvent('ts_1', how === 'killed' ? 'failed' : 'stopped');
    await eventually(() => !isRunning(grandchild), 'the grandchild is gone');
    // The provider reports such a service with the processes that it had to kill.
    if (how === 'killed') expect(last.content.status.killed).toEqual([`${grandchild} (sleep)`]);
  },
);
