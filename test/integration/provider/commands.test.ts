// start, stop, restart, list and exit: of one service, of several, of several transactions and contexts.

import { expect, test } from 'vitest';
import type { CommandAnswer } from '../../../src/client/client.js';
import { clientConfiguration } from '../../helpers/context.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';

expectNoLeftovers();

const three = ['ts_1', 'ts_2', 'ts_3'].map((id) => ({ id, instance: 'Forever' }));

/** `{ ts_1: 'started', ... }` */
function states({ status }: CommandAnswer): Record<string, string> {
  return Object.fromEntries(status.services.map(({ service_id: id, state }) => [id, state]));
}

function pids({ status }: CommandAnswer): Record<string, number | null> {
  return Object.fromEntries(status.services.map(({ service_id: id, pid }) => [id, pid]));
}

function isAlive(pid: number | null | undefined): boolean {
  if (pid == null) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('A context starts, restarts and stops; each answer has state, pid and time of every service.', async () => {
  await using test = await openProvider(three);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();

  const started = await client.command({ action: 'start', transaction: 'T1' });
  expect(started).toMatchObject({ transaction: 'T1', status: { result: 'success' } });
  expect(states(started)).toEqual({ ts_1: 'started', ts_2: 'started', ts_3: 'started' });
  expect(Object.values(pids(started)).every(isAlive)).toBe(true);
  expect(started.status.services.every(({ elapsed_ms: ms = 0 }) => ms > 0)).toBe(true);

  const restarted = await client.command({ action: 'restart', transaction: 'T1' });
  expect(states(restarted)).toEqual({ ts_1: 'started', ts_2: 'started', ts_3: 'started' });
  expect(Object.values(pids(started)).some(isAlive)).toBe(false);
  expect(Object.values(pids(restarted)).every(isAlive)).toBe(true);

  const stopped = await client.command({ action: 'stop', transaction: 'T1' });
  expect(stopped.status.result).toBe('success');
  expect(states(stopped)).toEqual({ ts_1: 'stopped', ts_2: 'stopped', ts_3: 'stopped' });
  expect(Object.values(pids(restarted)).some(isAlive)).toBe(false);

  const life = ['created', 'started', 'stopped', 'created', 'started', 'stopped'];
  for (const { id } of three) {
    expect(observer.events().filter((event) => event.endsWith(id))).toEqual(
      life.map((each) => `${each} ${id}`),
    );
  }
});

test('A command for one service leaves the others as they are.', async () => {
  await using test = await openProvider(three);
  const client = await test.client();
  const started = await client.command({ action: 'start', transaction: 'T1' });
  const restarted = await client.command({ action: 'restart', transaction: 'T1', serviceId: 'ts_2' });
  expect(states(restarted)).toEqual({ ts_2: 'started' });
  const stopped = await client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_3' });
  expect(states(stopped)).toEqual({ ts_3: 'stopped' });
  const again = await client.command({ action: 'start', transaction: 'T1', serviceId: 'ts_3' });
  expect(states(again)).toEqual({ ts_3: 'started' });
  const { status } = await client.command({ action: 'list' });
  const now = Object.fromEntries(
    status.transactions![0]!.services.map((each) => [each.service_id, each.pid]),
  );
  expect(now.ts_1).toBe(pids(started).ts_1);
  expect(now.ts_2).toBe(pids(restarted).ts_2);
  expect(now.ts_2).not.toBe(pids(started).ts_2);
  expect(now.ts_3).toBe(pids(again).ts_3);
});

test('A stop with a list of services stops those; with service name "all" it stops every one.', async () => {
  await using test = await openProvider(three);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const some = clientConfiguration(three.slice(0, 2));
  const first = await client.command({ action: 'stop', transaction: 'T1', configuration: some });
  expect(states(first)).toEqual({ ts_1: 'stopped', ts_2: 'stopped' });
  await client.command({ action: 'start', transaction: 'T1', serviceId: 'ts_1' });
  const rest = await client.command({
    action: 'stop',
    transaction: 'T1',
    serviceName: 'all',
    serviceId: 'ts_1',
    configuration: some,
  });
  expect(states(rest)).toEqual({ ts_1: 'stopped', ts_2: 'stopped', ts_3: 'stopped' });
});

test('A start with a blank transaction makes a new one each time and returns its id.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  const client = await test.client();
  const start = () => client.command({ action: 'start', transaction: '' });
  const answers = [await start(), await start()];
  const ids = answers.map(({ transaction }) => transaction);
  for (const id of ids) expect(id).toMatch(/^[A-Z0-9]{20}$/);
  expect(new Set(ids).size).toBe(2);
  const { status } = await client.command({ action: 'list' });
  expect(status.transactions!.map(({ transaction }) => transaction)).toEqual(ids);
});

test('Several transactions run at once, and a stop of one leaves the others alone.', async () => {
  await using test = await openProvider(three);
  const client = await test.client();
  const ids = ['T1', 'T2', 'T3'];
  const started = await Promise.all(
    ids.map((transaction) => client.command({ action: 'start', transaction })),
  );
  expect(new Set(started.flatMap((each) => Object.values(pids(each)))).size).toBe(9);
  await client.command({ action: 'stop', transaction: 'T2' });
  expect(Object.values(pids(started[1]!)).some(isAlive)).toBe(false);
  expect(Object.values(pids(started[0]!)).every(isAlive)).toBe(true);
  expect(Object.values(pids(started[2]!)).every(isAlive)).toBe(true);
});

test('One provider runs several contexts at once, and a transaction belongs to one of them.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  const client = await test.client();
  const other = clientConfiguration([{ id: 'ts_9', instance: 'Forever' }], { ContextID: 'context002' });
  await client.command({ action: 'start', transaction: 'T1' });
  const second = await client.command({
    action: 'start',
    transaction: 'T2',
    serviceId: 'context002',
    configuration: other,
  });
  expect(states(second)).toEqual({ ts_9: 'started' });
  const taken = await client.command({
    action: 'start',
    transaction: 'T1',
    serviceId: 'context002',
    configuration: other,
  });
  expect(taken.status).toMatchObject({ result: 'failure', error: { code: 'CTX_TRANSACTION_TAKEN' } });
  const { status } = await client.command({ action: 'list' });
  expect(status.transactions!.map((each) => [each.transaction, each.context_id])).toEqual([
    ['T1', 'context001'],
    ['T2', 'context002'],
  ]);
  const stopped = await client.command({ action: 'stop', transaction: 'T2', serviceId: 'context002' });
  expect(states(stopped)).toEqual({ ts_9: 'stopped' });
});

test('A start adds the services its configuration has and the transaction does not yet.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const more = await client.command({
    action: 'start',
    transaction: 'T1',
    configuration: clientConfiguration([{ id: 'ts_2', instance: 'Forever' }]),
  });
  expect(more.status.result).toBe('success');
  expect(states(more)).toEqual({ ts_2: 'started' });
  const all = await client.command({ action: 'stop', transaction: 'T1' });
  expect(states(all)).toEqual({ ts_1: 'stopped', ts_2: 'stopped' });
});

test('exit stops everything, is answered, and ends the provider.', async () => {
  await using test = await openProvider(three);
  const client = await test.client();
  const started = await client.command({ action: 'start', transaction: 'T1' });
  const answer = await client.command({ action: 'exit' });
  expect(answer.status.result).toBe('success');
  expect(states(answer)).toEqual({ ts_1: 'stopped', ts_2: 'stopped', ts_3: 'stopped' });
  await test.provider.closed;
  expect(Object.values(pids(started)).some(isAlive)).toBe(false);
  expect(test.notices.items.at(-1)).toEqual({ kind: 'closed', isDetached: false });
});

test('close stops everything, is idempotent, and can be called while services start.', async () => {
  await using test = await openProvider(three);
  await using observer = await observeBus(test.provider.endpoints);
  const starting = test.provider.execute('start', 'T1');
  await observer.waitForEvent('ts_1', 'created');
  await Promise.all([test.provider.close(), test.provider.close()]);
  expect((await starting).status.services).toHaveLength(3);
  await test.provider.close();
});

test('50 services start and stop in one context, and none is lost.', async () => {
  const ids = Array.from({ length: 50 }, (_, index) => `ts_${index}`);
  await using test = await openProvider(
    ids.map((id) => ({ id, instance: 'Forever', supervision: { start_timeout_s: 50 } })),
  );
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client({ answerTimeoutMs: 55_000 });
  const started = await client.command({ action: 'start', transaction: 'T1' });
  expect(states(started)).toEqual(Object.fromEntries(ids.map((id) => [id, 'started'])));
  expect(new Set(Object.values(pids(started))).size).toBe(50);
  const stopped = await client.command({ action: 'stop', transaction: 'T1' });
  expect(states(stopped)).toEqual(Object.fromEntries(ids.map((id) => [id, 'stopped'])));
  for (const action of ['created', 'started', 'stopped']) {
    const seen = observer.events().filter((event) => event.startsWith(`${action} `));
    expect(seen.toSorted()).toEqual(ids.map((id) => `${action} ${id}`).toSorted());
  }
});
