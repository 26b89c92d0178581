// The forwarder under load, with a taken port, with frames that are too large, and at its end.

import { expect, test } from 'vitest';
import { parseTcpEndpoint } from '../../../src/bus/endpoint.js';
import { encodeEnvelope } from '../../../src/bus/envelope.js';
import { Forwarder } from '../../../src/bus/forwarder.js';
import { Publisher } from '../../../src/bus/publisher.js';
import { Subscriber } from '../../../src/bus/subscriber.js';
import { MAX_FRAME_BYTES, zmq } from '../../../src/bus/zmq.js';
import { openBus } from '../../helpers/bus.js';
import { eventually } from '../../helpers/eventually.js';

const ANY = 'tcp://127.0.0.1:*';

test('10,000 messages arrive in order, none lost, at every reading subscriber.', async () => {
  await using bus = await openBus();
  const readers = [await bus.connection('news'), await bus.connection('news')];
  const publisher = bus.publisher();
  await publisher.waitForSubscriber('news');
  const expected = Array.from({ length: 10_000 }, (_, count) => count);
  await Promise.all(expected.map((body) => publisher.publish(encodeEnvelope({ topic: 'news', body }))));
  for (const { seen } of readers) {
    await eventually(() => seen.items.length === expected.length, 'every message has arrived');
    expect(seen.items.map(({ body }) => body)).toEqual(expected);
  }
});

test.each(['frontend', 'backend'] as const)(
  'A %s port in use is an error that names the port and the process that holds it.',
  async (end) => {
    await using bus = await openBus();
    const taken = end === 'frontend' ? bus.endpoints.publish : bus.endpoints.subscribe;
    const { port = '' } = parseTcpEndpoint(taken) ?? {};
    const opening = Forwarder.open({ frontend: ANY, backend: ANY, [end]: taken });
    await expect(opening).rejects.toMatchObject({
      code: 'BUS_ADDRESS_IN_USE',
      message: expect.stringMatching(new RegExp(`port ${port} .*pid ${process.pid}\\b`)) as string,
      details: { port: Number(port) },
    });
  },
);

test.each([
  ['an address that is not ours', 'tcp://192.0.2.1:*'],
  ['an interface that does not exist', 'tcp://nosuchinterface:*'],
  ['a scheme that does not exist', 'carrier-pigeon://127.0.0.1'],
])('A bind to %s is refused with its endpoint in the message.', async (_what, frontend) => {
  await expect(Forwarder.open({ frontend, backend: ANY })).rejects.toMatchObject({
    code: 'BUS_BIND_REFUSED',
    message: expect.stringContaining(frontend) as string,
  });
});

test('A bind that fails leaves the other end free.', async () => {
  await using bus = await openBus();
  const spare = await Forwarder.open({ frontend: ANY, backend: ANY });
  const { publish } = spare.endpoints;
  await spare.close();
  await expect(Forwarder.open({ frontend: publish, backend: bus.endpoints.subscribe })).rejects.toThrow();
  // The socket lets go of the address a moment after it was closed.
  const next = await eventually(
    () => Forwarder.open({ frontend: publish, backend: ANY }).catch(() => undefined),
    `${publish} is free`,
  );
  await next.close();
});

test('A frame over 8 MiB is rejected, one just under it passes, and the bus keeps running.', async () => {
  await using bus = await openBus();
  const { connection, seen } = await bus.connection('big');
  const rawPublisher = bus.closeAtEnd(new zmq.Publisher({ linger: 0, reconnectInterval: 10 }));
  const refused = new Promise((resolve) => rawPublisher.events.on('disconnect', resolve));
  const listening = bus.reader('hello');
  rawPublisher.connect(bus.endpoints.publish);
  // A bare socket cannot wait for a subscriber: it sends until a message arrives.
  await eventually(async () => {
    await rawPublisher.send('hello @@@ 1');
    return listening.seen.items.length > 0;
  }, 'a message has arrived');
  await rawPublisher.send(`big @@@ "${'x'.repeat(MAX_FRAME_BYTES)}"`);
  await refused;
  const publisher = bus.publisher();
  await publisher.waitForSubscriber('big');
  const most = 'y'.repeat(MAX_FRAME_BYTES - 'big @@@ ""'.length);
  await publisher.publish(encodeEnvelope({ topic: 'big', body: most }));
  await seen.waitFor(() => true);
  await connection.flush();
  expect(seen.items.map(({ body }) => (body as string).charAt(0))).toEqual(['y']);
});

test('Closing is idempotent and frees both ports.', async () => {
  const forwarder = await Forwarder.open({ frontend: ANY, backend: ANY });
  const { publish, subscribe } = forwarder.endpoints;
  await Promise.all([forwarder.close(), forwarder.close()]);
  await forwarder.close();
  const again = await Forwarder.open({ frontend: publish, backend: subscribe });
  expect(again.endpoints).toEqual({ publish, subscribe });
  await again.close();
});

test('A closed publisher refuses to send and to wait; a closed subscriber receives nothing more.', async () => {
  await using bus = await openBus();
  const publisher = Publisher.connect(bus.endpoints.publish);
  const waiting = publisher.waitForSubscriber('never');
  await Promise.all([publisher.close(), publisher.close()]);
  await expect(waiting).rejects.toMatchObject({ code: 'BUS_CLOSED' });
  await expect(publisher.publish('news @@@ 1')).rejects.toMatchObject({ code: 'BUS_CLOSED' });
  const subscriber = Subscriber.connect(bus.endpoints.subscribe, () => undefined);
  await Promise.all([subscriber.close(), subscriber.close()]);
});

test('A publisher notices when the forwarder goes away and when it is back on the same ports.', async () => {
  const first = await Forwarder.open({ frontend: ANY, backend: ANY });
  const { publish, subscribe } = first.endpoints;
  const publisher = Publisher.connect(publish);
  const reader = Subscriber.connect(subscribe, () => undefined);
  reader.subscribe('news');
  await publisher.waitForSubscriber('news');
  const changes: boolean[] = [];
  publisher.onConnectionChange((isConnected) => changes.push(isConnected));
  await first.close();
  await eventually(() => changes.includes(false), 'the forwarder is gone');
  expect(changes).toEqual([false]);
  const second = await Forwarder.open({ frontend: publish, backend: subscribe });
  await eventually(() => changes.includes(true), 'it is connected again');
  await Promise.all([reader.close(), publisher.close(), second.close()]);
});

test('onSubscribeTo reports all subscribers of its topic while its connection is new again.', async () => {
  const first = await Forwarder.open({ frontend: ANY, backend: ANY });
  const { publish, subscribe } = first.endpoints;
  const publisher = Publisher.connect(publish);
  let calls = 0;
  publisher.onSubscribeTo('control', () => (calls += 1));
  const changes: boolean[] = [];
  publisher.onConnectionChange((isConnected) => changes.push(isConnected));
  const observer = Subscriber.connect(subscribe, () => undefined);
  observer.subscribe('control');
  await eventually(() => calls === 1, 'the observer is there');
  await first.close();
  await eventually(() => changes.includes(false), 'the forwarder is gone');
  const second = await Forwarder.open({ frontend: publish, backend: subscribe });
  await eventually(() => calls === 2, 'the observer is there again');
  const provider = Subscriber.connect(subscribe, () => undefined);
  provider.subscribe('control');
  await eventually(() => calls === 3, 'the provider is there as well');
  await Promise.all([observer.close(), provider.close(), publisher.close(), second.close()]);
});
