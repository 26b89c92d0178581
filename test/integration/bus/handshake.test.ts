// What the bus promises about subscriptions: exact, seen by publishers, in effect before anything is sent.

import { expect, test } from 'vitest';
import { encodeEnvelope } from '../../../src/bus/envelope.js';
import { Publisher } from '../../../src/bus/publisher.js';
import { openBus } from '../../helpers/bus.js';
import { eventually } from '../../helpers/eventually.js';

test('The forwarder joins every publisher to every subscriber.', async () => {
  await using bus = await openBus();
  const readers = [await bus.connection('news'), await bus.connection('news')];
  for (const from of [1, 2]) {
    const publisher = bus.publisher();
    await publisher.waitForSubscriber('news');
    await publisher.publish(encodeEnvelope({ topic: 'news', body: { from } }));
    for (const { seen } of readers)
      await seen.waitFor(({ body }) => JSON.stringify(body) === `{"from":${from}}`);
  }
  for (const { seen } of readers) expect(seen.items).toHaveLength(2);
});

test('A publisher that sends at once after the handshake and closes loses nothing.', async () => {
  await using bus = await openBus();
  const { connection, seen } = await bus.connection('context');
  const clients = 50;
  const each = 20;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const publisher = Publisher.connect(bus.endpoints.publish);
      await publisher.waitForSubscriber('context');
      for (let count = 0; count < each; count += 1)
        void publisher.publish(encodeEnvelope({ topic: 'context', body: { client, count } }));
      await publisher.publish(encodeEnvelope({ topic: 'context', body: { client, count: each } }));
      await publisher.close();
    }),
  );
  await eventually(() => seen.items.length === clients * (each + 1), 'every message has arrived');
  await connection.flush();
  expect(seen.items).toHaveLength(clients * (each + 1));
});

test.each([
  ['control', 'controls'],
  ['control', 'contro'],
  ['process', 'process.T1.ts_1'],
  ['process.T1.ts_1', 'process.T1.ts_10'],
  ['process.T1.ts_1', 'process.T1.ts'],
])('A subscriber of %s does not receive %s.', async (wanted, other) => {
  await using bus = await openBus();
  const { connection, seen } = await bus.connection(wanted);
  const publisher = bus.publisher();
  await publisher.waitForSubscriber(wanted);
  await publisher.publish(encodeEnvelope({ topic: other, body: 'not for you' }));
  await publisher.publish(encodeEnvelope({ topic: wanted, body: 'for you' }));
  await seen.waitFor(({ body }) => body === 'for you');
  await connection.flush();
  expect(seen.items).toEqual([{ topic: wanted, body: 'for you' }]);
});

test('A publisher sees a second, equal subscription as well.', async () => {
  await using bus = await openBus();
  const publisher = bus.publisher();
  const subscriptions: string[] = [];
  publisher.onSubscribe((topic) => subscriptions.push(topic));
  bus.reader('control');
  await publisher.waitForSubscriber('control');
  expect(subscriptions).toEqual(['control']);
  bus.reader('control');
  await eventually(() => subscriptions.length === 2, 'the second subscription is seen');
  expect(subscriptions).toEqual(['control', 'control']);
});

test('onSubscribeTo calls its listener at once on a new connection, later with each publish.', async () => {
  await using bus = await openBus();
  const publisher = bus.publisher();
  let calls = 0;
  publisher.onSubscribeTo('control', () => (calls += 1));
  const { connection } = await bus.connection('control');
  await publisher.waitForSubscriber('control');
  expect(calls).toBe(1);
  for (let count = 0; count < 20; count += 1) bus.reader('control', 'news');
  await connection.publisher.waitForSubscriber('news');
  await connection.flush();
  expect([calls, publisher.hasSubscriber('news')]).toEqual([1, false]);
  await eventually(async () => {
    await publisher.publish(encodeEnvelope({ topic: 'news', body: 'looks around' }));
    return calls === 21;
  }, 'the other 20 are seen');
  expect(publisher.hasSubscriber('news')).toBe(true);
  await publisher.waitForSubscriber('news');
});

test('A topic is wanted until its last subscriber has left.', async () => {
  await using bus = await openBus();
  const publisher = bus.publisher();
  const first = bus.reader('control', 'mark');
  const second = await bus.connection('control');
  await publisher.waitForSubscriber('control');
  await publisher.waitForSubscriber('mark');
  first.subscriber.unsubscribe('control');
  first.subscriber.unsubscribe('mark');
  await eventually(() => !publisher.hasSubscriber('mark'), 'the first has left');
  expect(publisher.hasSubscriber('control')).toBe(true);
  await second.connection.close();
  await eventually(() => !publisher.hasSubscriber('control'), 'the second has left');
});

test('A subscriber whose connection ends counts as one that has left.', async () => {
  await using bus = await openBus();
  const publisher = bus.publisher();
  const { subscriber } = bus.reader('control');
  await publisher.waitForSubscriber('control');
  await subscriber.close();
  await eventually(() => !publisher.hasSubscriber('control'), 'it has left');
});

test('After a flush everything published before has passed the forwarder.', async () => {
  await using bus = await openBus();
  const { connection, seen } = await bus.connection('news');
  await connection.publisher.waitForSubscriber('news');
  for (let count = 0; count < 500; count += 1) void connection.publish('news', count);
  await connection.flush();
  expect(seen.items.map(({ body }) => body)).toEqual(Array.from({ length: 500 }, (_, count) => count));
});

test('3,000 subscriptions of many readers reach a publisher that connects late.', async () => {
  await using bus = await openBus();
  const topicsOf = (reader: number) =>
    Array.from({ length: 60 }, (_, index) => `process.T${reader}.ts_${index}`);
  const readers = Array.from({ length: 50 }, (_, reader) => bus.connection(...topicsOf(reader)));
  await Promise.all(readers);
  const late = bus.publisher();
  const topics = readers.flatMap((_, reader) => topicsOf(reader));
  await Promise.all(topics.map((topic) => late.waitForSubscriber(topic)));
  await Promise.all(topics.map((topic) => late.publish(encodeEnvelope({ topic, body: topic }))));
  for (const [reader, { seen }] of (await Promise.all(readers)).entries()) {
    await eventually(() => seen.items.length === 60, 'every message has arrived');
    expect(seen.items.map(({ body }) => body)).toEqual(topicsOf(reader));
  }
});

test('3,000 subscriptions of one reader reach a publisher that connects late, and what it sends reaches them.', async () => {
  await using bus = await openBus();
  const topics = Array.from({ length: 3000 }, (_, index) => `process.T1.ts_${index}`);
  const { seen } = await bus.connection(...topics);
  const late = bus.publisher();
  await Promise.all(topics.map((topic) => late.waitForSubscriber(topic)));
  await Promise.all(topics.map((topic) => late.publish(encodeEnvelope({ topic, body: topic }))));
  await eventually(() => seen.items.length === topics.length, 'every message has arrived');
  expect(seen.items.map(({ body }) => body)).toEqual(topics);
});
