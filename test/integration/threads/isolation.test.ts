// A faulty thread fails alone: another thread in the same process keeps counting.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ServiceSpec } from '../../helpers/context.js';
import { eventually } from '../../helpers/eventually.js';
import { openFolder } from '../../helpers/folder.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { ManualClock } from '../../helpers/manual-clock.js';
import { observeBus, type BusObserver } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';
import { isRunning } from '../../helpers/processes.js';
import { countsOf, eventsOf, tickingThread, thread } from '../../helpers/threads.js';

expectNoLeftovers();

/** Checks that the other thread keeps counting without a gap, in its first run. */
async function expectNeighbourUnharmed(observer: BusObserver): Promise<void> {
  const before = countsOf(observer, 'ts_9').length;
  await observer.seen.waitFor(() => countsOf(observer, 'ts_9').length > before + 20);
  const counts = countsOf(observer, 'ts_9');
  expect(counts).toEqual(counts.map((_, index) => index + 1));
  const life = eventsOf(observer, 'ts_9').map(({ header }) => header.action);
  expect(life.filter((action) => action !== 'updated')).toEqual(['created', 'started']);
}

const rows: readonly (readonly [string, ServiceSpec, object])[] = [
  [
    'throws',
    thread('ts_1', 'FailsLater', { configuration: { after_ms: '20' } }),
    { reason: 'error', error: { code: 'SVC_TASK_FAILED', message: 'the belt has snapped' } },
  ],
  [
    'throws an uncaught error',
    thread('ts_1', 'ThrowsLate'),
    { reason: 'error', error: { code: 'SVC_TASK_FAILED', message: 'the pump has come loose' } },
  ],
  [
    'leaves a rejected promise',
    thread('ts_1', 'ThrowsLate', { configuration: { how: 'promise' } }),
    { reason: 'error', error: { code: 'SVC_TASK_FAILED', message: 'the pump has come loose' } },
  ],
  [
    'fails to load',
    thread('ts_1', 'ThrowsAtImport'),
    { reason: 'error', error: { code: 'SVC_LOAD_FAILED' } },
  ],
  [
    'calls process.exit',
    thread('ts_1', 'ExitsWith3'),
    { reason: 'exit_code', exit_code: 3, error: { code: 'SVC_EXITED' } },
  ],
  [
    'uses more memory than it may',
    thread('ts_1', 'EatsMemory', { supervision: { max_heap_mb: 32 } }),
    { reason: 'out_of_memory', error: { code: 'SVC_EXITED', message: 'ts_1 used more than 32 MB of heap' } },
  ],
];

test.each(rows)('A thread that %s fails alone, with the reason.', async (_how, spec, status) => {
  await using test = await openProvider([spec, tickingThread]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const failed = await observer.waitForEvent('ts_1', 'failed');
  expect(failed.content.status).toMatchObject({ result: 'failure', ...status });
  await expectNeighbourUnharmed(observer);
  expect(eventsOf(observer, 'ts_1').filter(({ header }) => header.action === 'failed')).toHaveLength(1);
  const again = await client.command({ action: 'start', transaction: 'T1', serviceId: 'ts_1' });
  expect(again.status.error?.code).not.toBe('SVC_ALREADY_STARTED');
});

test.each([
  ['spins in an endless loop', 'Spins'],
  ['ignores that it is asked to stop', 'IgnoresStop'],
  ['waits in a call that nothing interrupts', 'BlocksInCall'],
])('A thread that %s is ended within its stop timeout, and alone.', async (_how, instance) => {
  const supervision = { stop_timeout_s: 0.6 };
  const clock = new ManualClock(Date.now());
  await using test = await openProvider(
    [thread('ts_1', instance, { supervision }), tickingThread],
    {},
    { clock },
  );
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status.result).toBe('success');
  if (instance !== 'IgnoresStop') await observer.waitForEvent('ts_1', 'updated');
  const stopping = client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_1' });
  // It is asked twice: the second time after half of its stop timeout.
  await eventually(() => clock.waiting.includes(300), 'it is asked to stop');
  await clock.pass(599);
  expect(eventsOf(observer, 'ts_1').map(({ header }) => header.action)).not.toContain('stopped');
  clock.advance(1);
  const stopped = await stopping;
  expect(stopped.status).toMatchObject({ result: 'success', services: [{ state: 'stopped', pid: null }] });
  expect(stopped.status.services[0]!.elapsed_ms).toBe(600);
  const event = await observer.waitForEvent('ts_1', 'stopped');
  const { pid } = status.services.find((each) => each.service_id === 'ts_1')!;
  expect(event.content.status.killed).toContain(`${pid} (thread)`);
  await expectNeighbourUnharmed(observer);
});

test('Only the thread that is not ready in time is terminated.', async () => {
  const supervision = { start_timeout_s: 0.5 };
  const configuration = { start_ms: '3600000' };
  await using test = await openProvider([
    thread('ts_1', 'SlowStart', { configuration, supervision }),
    tickingThread,
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status).toMatchObject({ result: 'failure', error: { code: 'SVC_START_TIMEOUT' } });
  await expectNeighbourUnharmed(observer);
});

test('The child processes of a thread end with it, and only with it.', async () => {
  await using test = await openProvider([
    thread('ts_1', 'SpawnsGrandchild'),
    thread('ts_2', 'SpawnsGrandchild'),
    tickingThread,
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const [first, second] = await Promise.all(
    ['ts_1', 'ts_2'].map(
      async (id) => (await observer.waitForEvent(id, 'updated')).content.status.grandchild,
    ),
  );
  await client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_1' });
  await eventually(() => !isRunning(first as number), 'its grandchild is gone');
  expect(isRunning(second as number)).toBe(true);
  await expectNeighbourUnharmed(observer);
});

test('The queue of a blocked thread is limited: events are dropped, commands are not.', async () => {
  await using folder = await openFolder();
  const gate = join(folder.path, 'gate');
  await using test = await openProvider([
    thread('ts_1', 'HearsSlowly', {
      configuration: { gate },
      supervision: { stop_timeout_s: 60 },
    }),
    { id: 'ts_2', instance: 'Burst', configuration: { count: '15000' }, entry: 'on_exit' },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await client.command({ action: 'start', transaction: 'T1', serviceId: 'ts_2' });
  await observer.waitForEvent('ts_2', 'exited');
  const stopping = client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_1' });
  await observer.seen.waitFor(
    ({ topic, body }) => topic === 'process' && JSON.stringify(body).includes('"action":"stop"'),
  );
  await writeFile(gate, '');
  const { status } = await stopping;
  expect(status.services).toMatchObject([{ state: 'stopped' }]);
  expect(await observer.waitForEvent('ts_1', 'stopped')).not.toHaveProperty('content.status.killed');
  const log = join(test.folder, '.contextd', 'context001', 'logs', 'T1', 'ts_1.log');
  expect(await readFile(log, 'utf8')).toMatch(
    /is too slow[^]* [1-9]\d* events of other services were dropped/,
  );
});
