// The id of a command, its answers, and the errors of a client without an answer.

import { expect, test } from 'vitest';
import { Client } from '../../../src/client/client.js';
import { openBus } from '../../helpers/bus.js';
import { ManualClock } from '../../helpers/manual-clock.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';
import { openRawReader } from '../../helpers/raw-reader.js';
import { Connection } from '../../../src/bus/connection.js';

expectNoLeftovers();

interface Reply {
  readonly header: Readonly<Record<string, unknown>>;
  readonly content: { readonly status: { readonly services: readonly { readonly pid: number }[] } };
}

function startCommand(more: Readonly<Record<string, unknown>>) {
  return {
    header: {
      action: 'restart',
      service_id: 'context001',
      service_name: 'context',
      service_transaction: 'T1',
      ...more,
    },
    content: { configuration: {} },
  };
}

test('The same message_id, sent five times at once, is executed once and answered five times alike.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  await using observer = await observeBus(test.provider.endpoints);
  await using raw = await openRawReader(test.provider.endpoints, 'state @@@');
  await test.provider.execute('start', 'T1');
  const connection = new Connection(test.provider.endpoints, [], () => undefined);
  await connection.publisher.waitForSubscriber('context');
  for (let count = 0; count < 5; count += 1)
    await connection.publish('context', startCommand({ message_id: 'again' }));
  const replies = () => raw.seen.items.map(({ body }) => body as Reply);
  await raw.seen.waitFor(() => replies().length === 5);
  await raw.settled();
  expect(replies()).toHaveLength(5);
  expect(replies().map(({ header }) => header.in_reply_to)).toEqual(Array(5).fill('again'));
  expect(new Set(replies().map(({ content }) => content.status.services[0]!.pid)).size).toBe(1);
  // Long after it was carried out it is still known.
  await connection.publish('context', startCommand({ message_id: 'again' }));
  await raw.seen.waitFor(() => replies().length === 6);
  expect(observer.events()).toEqual(
    ['created', 'started', 'stopped', 'created', 'started'].map((each) => `${each} ts_1`),
  );
  await connection.close();
});

test('A command without a message_id is executed every time, and answered.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  await using raw = await openRawReader(test.provider.endpoints, 'state @@@');
  await test.provider.execute('start', 'T1');
  const connection = new Connection(test.provider.endpoints, [], () => undefined);
  await connection.publisher.waitForSubscriber('context');
  const replies = () => raw.seen.items.map(({ body }) => body as Reply);
  for (const count of [1, 2]) {
    await connection.publish('context', startCommand({}));
    await raw.seen.waitFor(() => replies().length === count);
  }
  expect(replies().map(({ header }) => header.action)).toEqual(['reply_restart', 'reply_restart']);
  expect(replies().some(({ header }) => 'in_reply_to' in header)).toBe(false);
  expect(new Set(replies().map(({ content }) => content.status.services[0]!.pid)).size).toBe(2);
  await connection.close();
});

test('Without a provider a client fails after its timeout, not before, with the addresses that it tried.', async () => {
  const bus = await openBus();
  const { endpoints } = bus;
  await bus[Symbol.asyncDispose]();
  const clock = new ManualClock();
  let hasFailed = false;
  const request = Client.connect(endpoints, { timeoutMs: 300, clock }).finally(() => (hasFailed = true));
  const rejected = expect(request).rejects.toMatchObject({
    code: 'BUS_UNREACHABLE',
    message: expect.stringContaining(endpoints.publish) as string,
  });
  await clock.pass(299);
  expect(hasFailed).toBe(false);
  clock.advance(1);
  await rejected;
});

test('A forwarder without a provider counts as no provider.', async () => {
  await using bus = await openBus();
  await expect(Client.connect(bus.endpoints, { timeoutMs: 300 })).rejects.toMatchObject({
    code: 'BUS_UNREACHABLE',
  });
});

test('An answer that does not come in time is an error of its own.', async () => {
  await using bus = await openBus();
  // Listens to commands, and never answers.
  await bus.connection('context');
  const client = bus.closeAtEnd(await Client.connect(bus.endpoints, { answerTimeoutMs: 200 }));
  await expect(client.command({ action: 'list' })).rejects.toMatchObject({ code: 'BUS_DEADLINE' });
});

test('A client that is closed rejects its pending requests.', async () => {
  await using bus = await openBus();
  await bus.connection('context');
  const client = await Client.connect(bus.endpoints);
  const waiting = client.command({ action: 'list' });
  const request = expect(waiting).rejects.toMatchObject({ code: 'BUS_CLOSED' });
  await Promise.all([client.close(), client.close()]);
  await request;
});
