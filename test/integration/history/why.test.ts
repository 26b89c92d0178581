// why: the chain of causes of a service's state, from the first command.

import { expect, test } from 'vitest';
import type { Client } from '../../../src/client/client.js';
import { historyReplySchema, type HistoryReply } from '../../../src/messages/history.js';
import type { ServiceSpec } from '../../helpers/context.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';

expectNoLeftovers();

const onDemand: ServiceSpec = { id: 'ts_2', instance: 'Forever', entry: 'on_exit' };
const called = (instance: string, trigger = 'on_exit'): readonly ServiceSpec[] => [
  { id: 'ts_1', instance, configuration: { after_ms: '50' }, transitions: { [trigger]: 'start ts_2' } },
  onDemand,
];

async function why(client: Client, serviceId: string, transaction = ''): Promise<HistoryReply> {
  return historyReplySchema.parse(await client.request(transaction, { action: 'why', serviceId }));
}

/** `effect ts_1: launch`, ... */
function chainOf({ records }: HistoryReply): readonly string[] {
  return records.map(({ kind, service_id: service, text }) =>
    service === '' ? `${kind}: ${text}` : `${kind} ${service}: ${text}`,
  );
}

/** Each record is the cause of the next one. */
function expectLinked({ records }: HistoryReply): void {
  expect(records.map(({ cause }) => cause)).toEqual([0, ...records.slice(0, -1).map(({ id }) => id)]);
  const times = records.map(({ at }) => Date.parse(at));
  expect(times).toEqual(times.toSorted((one, other) => one - other));
}

test('A service that the on_exit of another one started: command, effect, event, transition, effect, event.', async () => {
  await using test = await openProvider(called('ExitsLater'));
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1', messageId: 'm-start' });
  await observer.waitForEvent('ts_2', 'started');
  const reply = await why(client, 'ts_2', 'T1');
  expect(chainOf(reply)).toEqual([
    'command: start (m-start)',
    'effect ts_1: launch',
    'event ts_1: started',
    'event ts_1: exited',
    'transition ts_1: on_exit: start ts_2',
    'effect ts_2: launch',
    'event ts_2: started',
  ]);
  expectLinked(reply);
  expect(reply).toMatchObject({ service_id: 'ts_2', state: 'started', since: reply.records.at(-1)?.at });
  const first = await why(client, 'ts_1', 'T1');
  expect(first.records).toEqual(reply.records.slice(0, 4));
  expect(first.state).toBe('exited');
});

test('A stop by command that started another service is in the chain of both.', async () => {
  await using test = await openProvider(called('Forever'));
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_1', messageId: 'm-stop' });
  await observer.waitForEvent('ts_2', 'started');
  const stopped = await why(client, 'ts_1');
  expect(chainOf(stopped)).toEqual(['command: stop (m-stop)', 'effect ts_1: stop', 'event ts_1: stopped']);
  expectLinked(stopped);
  expect(stopped.state).toBe('stopped');
  const started = await why(client, 'ts_2');
  expect(chainOf(started)).toEqual([
    ...chainOf(stopped),
    'transition ts_1: on_exit: start ts_2',
    'effect ts_2: launch',
    'event ts_2: started',
  ]);
  expectLinked(started);
});

test('The chain of a failed service ends with the failure, and on_fail continues it.', async () => {
  await using test = await openProvider(called('ThrowsInRun', 'on_fail'));
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await observer.waitForEvent('ts_2', 'started');
  const failed = await why(client, 'ts_1');
  expect(chainOf(failed).at(-1)).toBe('event ts_1: failed: the sensor is on fire');
  expect(failed.state).toBe('failed');
  const started = await why(client, 'ts_2');
  expect(started.records.slice(0, failed.records.length)).toEqual(failed.records);
  expect(chainOf(started)).toContain('transition ts_1: on_fail: start ts_2');
  expectLinked(started);
});

test('After a restart the chain starts with that command.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1', messageId: 'm-start' });
  await client.command({ action: 'restart', transaction: 'T1', messageId: 'm-restart' });
  const reply = await why(client, 'ts_1');
  expect(chainOf(reply)).toEqual([
    'command: restart (m-restart)',
    'effect ts_1: launch',
    'event ts_1: started',
  ]);
  expectLinked(reply);
});

test('A service without a command is defined and has no causes.', async () => {
  await using test = await openProvider(called('Forever'));
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  expect(await why(client, 'ts_2')).toMatchObject({ service_id: 'ts_2', state: 'defined', records: [] });
});

test.each([
  [
    'an unknown service',
    { serviceId: 'ts_404', transaction: 'T1', code: 'SVC_UNKNOWN', hint: 'its services are ts_1, ts_2' },
  ],
  [
    'what is not a valid id at all',
    { serviceId: '../..', transaction: 'T1', code: 'SVC_UNKNOWN', hint: 'its services are ts_1, ts_2' },
  ],
  [
    'an unknown transaction',
    {
      serviceId: 'ts_1',
      transaction: 'T404',
      code: 'CTX_TRANSACTION_UNKNOWN',
      hint: 'known transactions: T1, T2',
    },
  ],
  [
    'no transaction when there are two',
    {
      serviceId: 'ts_1',
      transaction: '',
      code: 'CTX_AMBIGUOUS',
      hint: 'pass --transaction with one of T1, T2',
    },
  ],
])(
  'A query about %s is refused with the known names.',
  async (_what, { serviceId, transaction, code, hint }) => {
    await using test = await openProvider(called('Forever'));
    const client = await test.client();
    await client.command({ action: 'start', transaction: 'T1' });
    await client.command({ action: 'start', transaction: 'T2' });
    await expect(why(client, serviceId, transaction)).rejects.toMatchObject({ code, hint });
  },
);
