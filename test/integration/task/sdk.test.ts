// What contextd/task gives a user's task, seen from the bus and from its log file.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus, type ControlBody, type BusObserver } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';

expectNoLeftovers();

function updates(observer: BusObserver): readonly ControlBody[] {
  return observer.seen.items
    .filter((each) => each.kind === 'message' && each.message.kind === 'service_event')
    .map((each) => each.body as ControlBody)
    .filter(({ header }) => header.action === 'updated');
}

test('What a task notifies arrives whole, in order, and before its end.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Burst', configuration: { count: '2000' } },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  await test.provider.execute('start', 'T1');
  await observer.waitForEvent('ts_1', 'exited');
  const indices = updates(observer).map(({ content }) => content.status.index);
  expect(indices).toEqual(Array.from({ length: 2000 }, (_, index) => index));
  const numbers = observer.seen.items
    .filter((each) => each.kind === 'message' && each.message.kind === 'service_event')
    .map((each) => (each.body as ControlBody).header.seq);
  expect(numbers).toEqual(Array.from({ length: 2003 }, (_, index) => index + 1));
});

test('A looped task reports step after step until it is stopped, and ends as stopped.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Ticks', configuration: { every_ms: '5' } },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await observer.seen.waitFor(() => updates(observer).length >= 5);
  const { status } = await client.command({ action: 'stop', transaction: 'T1' });
  expect(status.services).toMatchObject([{ state: 'stopped' }]);
  const counts = updates(observer).map(({ content }) => content.status.count);
  expect(counts).toEqual(counts.map((_, index) => index + 1));
  expect(observer.events().at(-1)).toBe('stopped ts_1');
});

test('A task has sockets of its own beside those of its host.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'OwnSockets', supervision: { heartbeat_s: 0.1 } },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  await test.provider.execute('start', 'T1');
  await observer.waitForEvent('ts_1', 'exited');
  expect(updates(observer).map(({ content }) => content.status.received)).toEqual(['heartbeat.T1.ts_1']);
});

test('A single task that returns has exited; its work is done and nothing of it runs.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Once' }]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status.result).toBe('success');
  await observer.waitForEvent('ts_1', 'exited');
  expect(observer.events()).toEqual(['created ts_1', 'started ts_1', 'updated ts_1', 'exited ts_1']);
  const listed = await client.command({ action: 'list' });
  expect(['started', 'exited']).toContain(listed.status.transactions![0]!.services[0]!.state);
  const again = await client.command({ action: 'restart', transaction: 'T1' });
  expect(again.status.result).toBe('success');
});

test('A task gets its configuration checked and typed, defaults filled in.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Configured', configuration: { every_s: '2.5' } },
    { id: 'ts_2', instance: 'Configured', configuration: { every_s: '7', label: 'seven' } },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  await test.provider.execute('start', 'T1');
  const first = await observer.waitForEvent('ts_1', 'updated');
  const second = await observer.waitForEvent('ts_2', 'updated');
  expect(first.content.status).toMatchObject({ every_s: 2.5, label: 'none' });
  expect(second.content.status).toMatchObject({ every_s: 7, label: 'seven' });
});

test('A task has its identity.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Named', name: 'renamed' }]);
  await using observer = await observeBus(test.provider.endpoints);
  await test.provider.execute('start', 'T1');
  const { content } = await observer.waitForEvent('ts_1', 'updated');
  expect(content.status.identity).toEqual({
    serviceId: 'ts_1',
    serviceName: 'renamed',
    instance: 'Named',
    transaction: 'T1',
    contextId: 'context001',
  });
});

test('A task cannot overwrite the fields of the host.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Liar' }]);
  await using observer = await observeBus(test.provider.endpoints);
  await test.provider.execute('start', 'T1');
  const { content } = await observer.waitForEvent('ts_1', 'updated');
  const created = await observer.waitForEvent('ts_1', 'created');
  const { pid } = created.content.status;
  expect(content.status).toMatchObject({ pid, result: 'success', device_action: 'test_action', extra: true });
});

test('A pause ends as soon as the service is asked to stop.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Pauses', supervision: { stop_timeout_s: 60 } },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await client.command({ action: 'stop', transaction: 'T1' });
  const { content } = await observer.waitForEvent('ts_1', 'updated');
  expect(content.status).toMatchObject({ is_pause_over: true, is_asked_to_stop: true });
});

test('onEvent receives events of the other services of its own transaction only.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'ReceivesEvents' },
    { id: 'ts_2', instance: 'Ticks', entry: 'on_exit' },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await client.command({ action: 'start', transaction: 'T2' });
  await client.command({ action: 'start', transaction: 'T1', serviceId: 'ts_2' });
  const received = () => updates(observer).filter(({ header }) => header.service_id === 'ts_1');
  await observer.seen.waitFor(() => received().length >= 5);
  await client.command({ action: 'stop', transaction: 'T1' });
  // If T2 had received an event by mistake, it would have reported it before this.
  await client.command({ action: 'stop', transaction: 'T2' });
  expect(new Set(received().map(({ header }) => header.service_transaction))).toEqual(new Set(['T1']));
  for (const { content } of received()) {
    expect(content.status).toMatchObject({ from: 'ts_2', items: { count: expect.any(Number) as number } });
  }
});

test.each([
  ['is asked to stop', 'asked', 'stopped'],
  ['is done', 'done', 'exited'],
  ['throws', 'thrown', 'failed'],
  ['throws where nothing can catch it', 'late', 'failed'],
])('onStop runs when a task %s, and its events arrive before the final event.', async (_how, ends, last) => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'ReportsStop', configuration: { ends } }]);
  await using observer = await observeBus(test.provider.endpoints);
  await test.provider.execute('start', 'T1');
  if (ends === 'asked') await (await test.client()).command({ action: 'stop', transaction: 'T1' });
  await observer.waitForEvent('ts_1', last);
  // What throws at once has not started.
  const started = ends === 'thrown' ? [] : ['started ts_1'];
  expect(observer.events()).toEqual(['created ts_1', ...started, 'updated ts_1', `${last} ts_1`]);
  const { content } = await observer.waitForEvent('ts_1', 'updated');
  expect(content.status.goodbye).toBe('ts_1');
});

test('What a task logs and prints is in its own log file in the context folder.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Logs' },
    { id: 'ts_2', instance: 'Forever' },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  await test.provider.execute('start', 'T1');
  await observer.waitForEvent('ts_1', 'exited');
  await test.provider.close();
  const folder = join(test.folder, '.contextd', 'context001', 'logs', 'T1');
  const text = await readFile(join(folder, 'ts_1.log'), 'utf8');
  const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /;
  const logged = text
    .split('\n')
    .filter((line) => stamp.test(line))
    .map((line) => line.replace(stamp, ''));
  expect(logged).toEqual(['debug a detail', 'info  a line {"answer":42}', 'warn  a doubt', 'error a fault']);
  expect(text).toContain('straight to the console\n');
  expect(text).toContain('straight to the errors\n');
  expect(await readFile(join(folder, 'ts_2.log'), 'utf8')).toBe('');
});
