// Malformed frames from any client never stop a service or the provider.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../../../src/client/client.js';
import { Publisher } from '../../../src/bus/publisher.js';
import { zmq } from '../../../src/bus/zmq.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider, type TestProvider } from '../../helpers/provider.js';

expectNoLeftovers();

let test1: TestProvider;
let client: Client;
let socket: zmq.Publisher;

beforeAll(async () => {
  test1 = await openProvider([{ id: 'ts_1', instance: 'ReceivesEvents' }]);
  client = await test1.client();
  await client.command({ action: 'start', transaction: 'T1' });
  // Messages of a bare socket are only delivered after its ZMTP handshake.
  socket = new zmq.Publisher({ linger: 1000 });
  const connected = new Promise((resolve) => socket.events.on('handshake', resolve));
  socket.connect(test1.provider.endpoints.publish);
  await connected;
});

afterAll(async () => {
  socket.close();
  await test1[Symbol.asyncDispose]();
});

const header = { action: 'start', service_id: 'ts_1', service_name: 'context', service_transaction: 'T1' };
const json = (topic: string, body: unknown) => `${topic} @@@ ${JSON.stringify(body)}`;

const DEEP = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;

const frames: readonly (readonly [string, string | Buffer])[] = [
  ['nothing', ''],
  ['a topic alone', 'context'],
  ['a separator alone', ' @@@ '],
  ['no separator', 'context {"header":{}}'],
  ['a separator without blanks', 'context@@@{}'],
  ['no body', 'context @@@ '],
  [
    'no UTF-8 in the topic',
    Buffer.concat([Buffer.from('control'), Buffer.from([0xff, 0xfe]), Buffer.from(' @@@ {}')]),
  ],
  [
    'no UTF-8 in the body',
    Buffer.concat([Buffer.from('context @@@ "'), Buffer.from([0xc3, 0x28]), Buffer.from('"')]),
  ],
  ['an overlong topic', `${'x'.repeat(5000)} @@@ {}`],
  ['no JSON', 'context @@@ {start everything}'],
  ['JSON that is cut short', 'context @@@ {"header":{"action":"sto'],
  ['a number', 'context @@@ 42'],
  ['null', 'context @@@ null'],
  ['a list', 'context @@@ []'],
  ['very deep JSON', `context @@@ ${DEEP}`],
  [
    'a very deep configuration',
    `context @@@ {"header":${JSON.stringify(header)},"content":{"configuration":${DEEP}}}`,
  ],
  ['a very deep header', `context @@@ {"header":{"action":"list","message_id":"deep","more":${DEEP}}}`],
  [
    'a very deep event',
    `control @@@ {"header":{"action":"updated","service_id":"ts_1","service_transaction":"T1"},"content":{"status":{"more":${DEEP}}}}`,
  ],
  ['an empty object', 'context @@@ {}'],
  ['a header that is text', json('context', { header: 'start' })],
  ['an action that is a number', json('context', { header: { ...header, action: 1 } })],
  ['a service id that is a list', json('context', { header: { ...header, service_id: ['ts_1'] } })],
  ['a transaction that is an object', json('context', { header: { ...header, service_transaction: {} } })],
  ['a content that is text', json('context', { header, content: 'all of it' })],
  [
    'a key of every object',
    'context @@@ {"__proto__":{"action":"exit"},"header":{"__proto__":{"action":"exit"}}}',
  ],
  ['an unknown action', json('context', { header: { ...header, action: 'explode' } })],
  ['a process command without Task', json('process', { id: 'ts_1' })],
  [
    'a process command with an unknown action',
    json('process', { Task: { message: { header: { action: 'x', service_id: 'ts_1' } } } }),
  ],
  [
    'a process command to an unknown service',
    json('process', {
      Task: { message: { header: { action: 'stop', service_id: 'ts_404', transaction: 'T1' } } },
    }),
  ],
  ['an event without status', json('control', { header: { ...header, action: 'failed' }, content: {} })],
  [
    'an event with a pid that is text',
    json('control', { header: { ...header, action: 'failed' }, content: { status: { pid: 'one' } } }),
  ],
  [
    'an event of an unknown kind',
    json('control', { header: { ...header, action: 'melted' }, content: { status: {} } }),
  ],
  [
    'an event of an unknown transaction',
    json('control', {
      header: { ...header, action: 'failed', service_transaction: 'T404' },
      content: { status: {} },
    }),
  ],
  [
    'an event of an unknown service',
    json('control', {
      header: { ...header, action: 'failed', service_id: 'ts_404' },
      content: { status: {} },
    }),
  ],
  [
    'an event in the name of a service, with another pid',
    json('control', { header: { ...header, action: 'failed' }, content: { status: { pid: 1 } } }),
  ],
  [
    'context information without an id',
    json('control', { header: { action: 'update' }, content: { status: { data: 'none' } } }),
  ],
  ['a query without a header', json('state', {})],
  ['a query with an unknown action', json('state', { header: { ...header, action: 'why' } })],
  [
    'a reply without a request',
    json('state', {
      header: { ...header, action: 'reply_start', in_reply_to: 'x' },
      content: { status: { result: 'success' } },
    }),
  ],
  ['an answer without a result', json('state', { header: { action: 'reply_start' }, content: 3 })],
  ["garbage on a service's own topic", 'process.T1.ts_1 @@@ {{{'],
  [
    "an unknown action on a service's own topic",
    json('process.T1.ts_1', { Task: { message: { header: { action: 'dance', service_id: 'ts_1' } } } }),
  ],
];

test.each(frames)('%s does no harm: the service and the provider keep running.', async (_what, frame) => {
  await using observer = await observeBus(test1.provider.endpoints);
  const before = await client.command({ action: 'list' });
  await socket.send(frame);
  // What comes after it on the same socket has been dealt with: so has the frame.
  const messageId = `m${Math.random()}`;
  const answered = observer.seen.waitFor(({ body }) => JSON.stringify(body).includes(messageId));
  await socket.send(
    json('context', {
      header: { ...header, action: 'list', service_transaction: '', message_id: messageId },
    }),
  );
  await answered;
  const after = await client.command({ action: 'list' });
  expect(after.status.transactions).toEqual(before.status.transactions);
  expect(after.status.transactions).toMatchObject([{ transaction: 'T1', services: [{ state: 'started' }] }]);
  const restarted = await client.command({ action: 'restart', transaction: 'T1' });
  expect(restarted.status.services).toMatchObject([{ state: 'started' }]);
});

test('10,000 malformed frames cause a few log lines, and commands are still answered.', async () => {
  const publisher = Publisher.connect(test1.provider.endpoints.publish);
  await publisher.waitForSubscriber('context');
  const countWarnings = () => test1.notices.items.filter((each) => each.kind === 'warning').length;
  const before = countWarnings();
  for (let count = 0; count < 5000; count += 1) {
    void publisher.publish('context @@@ {{{');
    void publisher.publish('context @@@ {}');
  }
  await publisher.publish('context @@@ the last');
  const { status } = await client.command({ action: 'restart', transaction: 'T1' });
  expect(status.result).toBe('success');
  await publisher.close();
  expect(countWarnings() - before).toBeLessThanOrEqual(2);
  expect(countWarnings()).toBeGreaterThan(0);
});
