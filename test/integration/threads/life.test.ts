// Thread services: they share one process and otherwise behave as process services.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { isRunning } from '../../helpers/processes.js';
import { openProvider } from '../../helpers/provider.js';
import { countsOf, eventsOf, tickingThread, thread } from '../../helpers/threads.js';

expectNoLeftovers();

test('All threads of a context share one process beside the provider, which ends with the last thread.', async () => {
  await using test = await openProvider([
    thread('ts_1', 'Forever'),
    thread('ts_2', 'Ticks'),
    thread('ts_3', 'Forever'),
    { id: 'ts_4', instance: 'Forever' },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status.result).toBe('success');
  const pids = Object.fromEntries(status.services.map((each) => [each.service_id, each.pid!]));
  expect(new Set([pids.ts_1, pids.ts_2, pids.ts_3]).size).toBe(1);
  expect([process.pid, pids.ts_4]).not.toContain(pids.ts_1);
  const threads = await Promise.all(
    ['ts_1', 'ts_2', 'ts_3'].map((id) => observer.waitForEvent(id, 'started')),
  );
  expect(new Set(threads.map(({ content }) => content.status.thread_id)).size).toBe(3);
  expect(threads.map(({ content }) => content.status.pid)).toEqual([pids.ts_1, pids.ts_1, pids.ts_1]);
  for (const serviceId of ['ts_1', 'ts_2']) {
    await client.command({ action: 'stop', transaction: 'T1', serviceId });
    expect(isRunning(pids.ts_1!)).toBe(true);
  }
  const stopped = await client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_3' });
  expect(stopped.status.services).toMatchObject([{ state: 'stopped', pid: null }]);
  expect(isRunning(pids.ts_1!)).toBe(false);
  expect(isRunning(pids.ts_4!)).toBe(true);
});

test('A thread reports, restarts and exits as a process does; each run numbers its events from 1.', async () => {
  await using test = await openProvider([
    thread('ts_1', 'Burst', { configuration: { count: '50' } }),
    thread('ts_2', 'ReportsStop', { configuration: { ends: 'done' } }),
    tickingThread,
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await Promise.all([observer.waitForEvent('ts_1', 'exited'), observer.waitForEvent('ts_2', 'exited')]);
  const burst = eventsOf(observer, 'ts_1');
  expect(burst.map(({ header }) => header.seq)).toEqual(Array.from({ length: 53 }, (_, index) => index + 1));
  expect(new Set(burst.map(({ header }) => header.sender)).size).toBe(1);
  const life = (id: string) => eventsOf(observer, id).map(({ header }) => header.action);
  expect(life('ts_2')).toEqual(['created', 'started', 'updated', 'exited']);
  const { status } = await client.command({ action: 'restart', transaction: 'T1', serviceId: 'ts_9' });
  expect(status).toMatchObject({ result: 'success', services: [{ state: 'started' }] });
  const runs = eventsOf(observer, 'ts_9').filter(({ header }) => header.action === 'created');
  expect(runs.map(({ header }) => header.seq)).toEqual([1, 1]);
  expect(new Set(runs.map(({ header }) => header.sender)).size).toBe(2);
  expect(
    new Set(runs.map(({ content: { status } }) => `${String(status.pid)}/${String(status.thread_id)}`)).size,
  ).toBe(2);
  expect(life('ts_9').filter((action) => action !== 'updated')).toEqual([
    'created',
    'started',
    'stopped',
    'created',
    'started',
  ]);
});

test('The only thread of a context can be restarted repeatedly.', async () => {
  await using test = await openProvider([thread('ts_1', 'Forever')]);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  for (let round = 0; round < 5; round += 1) {
    const { status } = await client.command({ action: 'restart', transaction: 'T1' });
    expect(status).toMatchObject({ result: 'success', services: [{ state: 'started' }] });
  }
});

test.each([
  ['thread', 'process', 'Thread', 'Process'],
  ['process', 'thread', 'Process', 'Thread'],
  ['thread', 'thread', 'Thread', 'Thread'],
] as const)(
  'A %s starts a %s, which starts another one that, when it fails, stops it.',
  async (_from, _to, first, second) => {
    await using test = await openProvider([
      { id: 'ts_1', instance: 'Once', serviceType: first, transitions: { on_exit: 'start ts_2' } },
      {
        id: 'ts_2',
        instance: 'Forever',
        serviceType: second,
        entry: 'on_exit',
        transitions: { on_start: 'start ts_3' },
      },
      {
        id: 'ts_3',
        instance: 'FailsLater',
        serviceType: first,
        entry: 'on_exit',
        transitions: { on_fail: 'stop ts_2' },
      },
    ]);
    await using observer = await observeBus(test.provider.endpoints);
    await test.provider.execute('start', 'T1');
    await observer.waitForEvent('ts_2', 'stopped');
    const life = (id: string) => eventsOf(observer, id).map(({ header }) => header.action);
    expect(life('ts_1')).toEqual(['created', 'started', 'updated', 'exited']);
    expect(life('ts_2')).toEqual(['created', 'started', 'stopped']);
    expect(life('ts_3')).toEqual(['created', 'started', 'failed']);
  },
);

test('A thread receives the events of the other services of its transaction, from threads and processes.', async () => {
  await using test = await openProvider([
    thread('ts_1', 'ReceivesEvents'),
    thread('ts_2', 'Ticks'),
    { id: 'ts_3', instance: 'Ticks' },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  await test.provider.execute('start', 'T1');
  const senders = () => eventsOf(observer, 'ts_1').flatMap(({ content }) => content.status.from ?? []);
  await observer.seen.waitFor(() => senders().includes('ts_2') && senders().includes('ts_3'));
  expect(countsOf(observer, 'ts_1')).toEqual([]);
});

test('A thread receives its configuration from the context file as a process does.', async () => {
  await using test = await openProvider([
    thread('ts_1', 'Configured', { configuration: { every_s: '2.5' } }),
    thread('ts_2', 'Named', { name: 'renamed' }),
    thread('ts_3', 'Pauses', { supervision: { stop_timeout_s: 60 } }),
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  expect((await observer.waitForEvent('ts_1', 'updated')).content.status).toMatchObject({ every_s: 2.5 });
  const named = await observer.waitForEvent('ts_2', 'updated');
  expect(named.content.status.identity).toMatchObject({ serviceName: 'renamed', transaction: 'T1' });
  await client.command({ action: 'stop', transaction: 'T1' });
  const paused = await observer.waitForEvent('ts_3', 'updated');
  expect(paused.content.status).toMatchObject({ is_pause_over: true, is_asked_to_stop: true });
});

test('Log records and output of a thread are in its own log file.', async () => {
  await using test = await openProvider([thread('ts_1', 'Logs'), tickingThread]);
  await using observer = await observeBus(test.provider.endpoints);
  await test.provider.execute('start', 'T1');
  await observer.waitForEvent('ts_1', 'exited');
  await test.provider.close();
  const folder = join(test.folder, '.contextd', 'context001', 'logs', 'T1');
  const text = await readFile(join(folder, 'ts_1.log'), 'utf8');
  for (const line of ['debug a detail', 'info  a line {"answer":42}', 'warn  a doubt', 'error a fault'])
    expect(text).toContain(line);
  expect(text).toContain('straight to the console\n');
  expect(text).toContain('straight to the errors\n');
  expect(await readFile(join(folder, 'ts_9.log'), 'utf8')).not.toContain('straight');
});
