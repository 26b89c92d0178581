// history: the last records of a transaction with their causes.

import { expect, test } from 'vitest';
import type { Client } from '../../../src/client/client.js';
import { historyReplySchema, type HistoryEntry } from '../../../src/messages/history.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';

expectNoLeftovers();

async function history(
  client: Client,
  content: Readonly<Record<string, unknown>> = {},
  transaction = '',
): Promise<readonly HistoryEntry[]> {
  return historyReplySchema.parse(await client.request(transaction, { action: 'history', content })).records;
}

const chatty = { id: 'ts_1', instance: 'Burst', configuration: { count: '100' } };

test('Each event on the bus is in the history once, linked to its cause.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'ExitsLater', transitions: { on_exit: 'start ts_2' } },
    { id: 'ts_2', instance: 'UpdatesOnce', entry: 'on_exit' },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await observer.waitForEvent('ts_2', 'updated');
  await client.command({ action: 'stop', transaction: 'T1' });
  const records = await history(client);
  expect(records.map(({ id }) => id)).toEqual(records.map((_, index) => index + 1));
  for (const { id, cause } of records) expect(cause).toBeLessThan(id);
  const kindOfCause = (record: HistoryEntry) => records.find(({ id }) => id === record.cause)?.kind ?? 'none';
  const causes = new Set(records.map((record) => `${kindOfCause(record)} -> ${record.kind}`));
  expect([...causes].toSorted()).toEqual([
    'command -> effect',
    'effect -> event',
    'event -> event',
    'event -> transition',
    'none -> command',
    'transition -> effect',
  ]);
  const events = records.filter(({ kind }) => kind === 'event');
  expect(events.map(({ service_id: service, text }) => `${text} ${service}`)).toEqual(observer.events());
  expect(records.filter(({ kind }) => kind === 'command').map(({ text }) => text.split(' ')[0])).toEqual([
    'start',
    'stop',
  ]);
});

test('The reply contains the last 50 records, or the requested number.', async () => {
  await using test = await openProvider([chatty]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await observer.waitForEvent('ts_1', 'exited');
  const all = await history(client, { limit: 1000 });
  expect(all.length).toBeGreaterThan(100);
  expect(all[0]).toMatchObject({ id: 1, kind: 'command', service_id: '', cause: 0 });
  expect(all.at(-1)).toMatchObject({ kind: 'event', service_id: 'ts_1', text: 'exited' });
  expect(await history(client)).toEqual(all.slice(-50));
  expect(await history(client, { limit: 3 })).toEqual(all.slice(-3));
  expect(await history(client, { limit: 0 })).toEqual([]);
});

test.each([['-3'], [-3], [2.5], [null], ['all']])('An invalid limit of %j is ignored.', async (limit) => {
  await using test = await openProvider([chatty]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await observer.waitForEvent('ts_1', 'exited');
  const given = await history(client, { limit });
  expect(given).toHaveLength(50);
  expect(given).toEqual(await history(client));
});

test('Each transaction has its own history.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1', messageId: 'm-1' });
  await client.command({ action: 'start', transaction: 'T2', messageId: 'm-2' });
  const first = await history(client, {}, 'T1');
  const second = await history(client, {}, 'T2');
  expect(first.map(({ text }) => text)).toEqual(['start (m-1)', 'launch', 'created', 'started']);
  expect(second.map(({ text }) => text)).toEqual(['start (m-2)', 'launch', 'created', 'started']);
});

test.each([
  ['an unknown transaction', ['T1'], 'T404', 'CTX_TRANSACTION_UNKNOWN', 'known transactions: T1'],
  [
    'no transaction when there are two',
    ['T1', 'T2'],
    '',
    'CTX_AMBIGUOUS',
    'pass --transaction with one of T1, T2',
  ],
  [
    'no transaction before the first start',
    [],
    '',
    'CTX_TRANSACTION_UNKNOWN',
    'nothing has been started yet',
  ],
])(
  'The history of %s is refused with the known transactions.',
  async (_what, started, transaction, ...expected) => {
    await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
    const client = await test.client();
    for (const each of started) await client.command({ action: 'start', transaction: each });
    await expect(history(client, {}, transaction)).rejects.toMatchObject({
      code: expected[0],
      hint: expected[1],
    });
  },
);
