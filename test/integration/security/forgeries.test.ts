// Forged, replayed and misdirected messages on a secured bus are refused and audited.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyPairOf } from '../../../src/base/keys.js';
import { encodeEnvelope } from '../../../src/bus/envelope.js';
import { MessageAuthenticator } from '../../../src/bus/message-mac.js';
import type { Client } from '../../../src/client/client.js';
import type { Role } from '../../../src/model/security.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import {
  openSecuredProvider,
  listServices,
  type SecuredProvider,
  type RawConnection,
} from '../../helpers/secured.js';

expectNoLeftovers();

let secured: SecuredProvider;
let admin: Client;
let reader: RawConnection;
let operator: RawConnection;

beforeAll(async () => {
  secured = await openSecuredProvider([
    { id: 'ts_1', instance: 'Forever' },
    { id: 'ts_2', instance: 'Forever', serviceType: 'Thread' },
  ]);
  admin = await secured.client('admin');
  await admin.command({ action: 'start', transaction: 'T1' });
  reader = await secured.connect('read', 'state', 'process', 'control', 'process.T1.ts_1', 'process.T1.ts_2');
  operator = await secured.connect('operate', 'state');
}, 60_000);

afterAll(async () => {
  await secured[Symbol.asyncDispose]();
});

const standing = () => listServices(admin);
const header = { service_id: '', service_name: 'context', service_transaction: 'T1' };

/** A complete frame for the provider, sealed with the key of a role. */
function sealed(role: Role, topic: string, body: unknown, now?: number): string {
  const clock = now === undefined ? undefined : () => now;
  return new MessageAuthenticator(secured.keysOf(role), clock).sign(
    encodeEnvelope({ topic, body }),
    secured.serverKey,
  );
}

const command = (action: string, messageId: string) => ({
  header: { ...header, action, message_id: messageId },
  content: { configuration: {} },
});

const forgeries: readonly (readonly [string, string, (id: string) => string])[] = [
  [
    'without a seal',
    'SEC_SEAL_INVALID',
    (id) => encodeEnvelope({ topic: 'context', body: command('stop', id) }),
  ],
  [
    'with a seal of another message',
    'SEC_SEAL_INVALID',
    (id) => sealed('admin', 'context', command('list', id)).replace('"list"', '"stop"'),
  ],
  [
    "with a seal of its own in an admin's name",
    'SEC_SEAL_INVALID',
    (id) =>
      sealed('read', 'context', command('stop', id)).replace(
        secured.keysOf('read').publicKey,
        () => secured.keysOf('admin').publicKey,
      ),
  ],
  [
    'with a seal for another topic',
    'SEC_SEAL_INVALID',
    (id) => sealed('admin', 'state', command('stop', id)).replace(/^state/, 'context'),
  ],
  [
    'with the seal of an unknown key',
    'SEC_KEY_UNKNOWN',
    (id) =>
      new MessageAuthenticator(keyPairOf(Buffer.alloc(32, 7))).sign(
        encodeEnvelope({ topic: 'context', body: command('stop', id) }),
        secured.serverKey,
      ),
  ],
  [
    'sealed two minutes ago',
    'SEC_REPLAYED',
    (id) => sealed('admin', 'context', command('stop', id), Date.now() - 120_000),
  ],
  [
    'sealed two minutes from now',
    'SEC_REPLAYED',
    (id) => sealed('admin', 'context', command('stop', id), Date.now() + 120_000),
  ],
];

test.each(forgeries)('A command %s is refused with a reply.', async (what, code, compose) => {
  const before = await standing();
  const id = what.replace(/\W/g, '_');
  await reader.connection.publisher.publish(compose(id));
  const answer = await reader.frames.waitFor((frame) => frame.includes(`"in_reply_to":"${id}"`));
  expect(answer).toContain(code);
  await secured.waitForRefusal(code, (line) => line.what.message_id === id);
  expect(await standing()).toEqual(before);
});

test('A recorded command is executed once, however often it is replayed.', async () => {
  const frame = sealed('operate', 'context', command('restart', 'again'));
  await operator.connection.publisher.publish(frame);
  await operator.frames.waitFor((each) => each.includes('"in_reply_to":"again"'));
  const before = await standing();
  await reader.connection.publisher.publish(frame);
  await secured.waitForRefusal('SEC_REPLAYED', ({ what }) => what.message_id === 'again');
  expect(await standing()).toEqual(before);
  // Sealed again it is the same command: answered but not executed.
  await operator.connection.publisher.publish(sealed('operate', 'context', command('restart', 'again')));
  const answers = () => operator.frames.items.filter((each) => each.includes('"in_reply_to":"again"'));
  await operator.frames.waitFor(() => answers().length >= 3);
  expect(await standing()).toEqual(before);
});

test('A message id gives a client neither the answer nor the place of another client.', async () => {
  const mine = await secured.client('operate');
  const first = await mine.command({ action: 'stop', transaction: 'T404', messageId: 'shared' });
  expect(first.status.error?.code).toBe('CTX_TRANSACTION_UNKNOWN');
  const second = await admin.command({ action: 'restart', transaction: 'T1', messageId: 'shared' });
  expect(second.status.result).toBe('success');
});

const event = (id: string, action: string) => ({
  header: {
    action,
    service_id: id,
    service_name: 'test',
    service_transaction: 'T1',
    seq: 9999,
    sender: 'forged',
  },
  content: { status: { result: 'failure', device_action: 'x', pid: 1 } },
});

test.each(['ts_1', 'ts_2'])('An event of %s is refused from any other sender.', async (id) => {
  const before = await standing();
  for (const role of ['read', 'admin'] as const) {
    const talker = role === 'read' ? reader : await secured.connect(role);
    await talker.connection.publish('control', event(id, 'failed'));
    const beat = { pid: 1, started_at: 'now', state: 'failed', seq: 9999, ready: true, event_loop_lag_ms: 0 };
    await talker.connection.publish(`heartbeat.T1.${id}`, {
      header: event(id, 'failed').header,
      content: beat,
    });
    await secured.waitForRefusal(
      'SEC_SENDER_REFUSED',
      ({ who, what }) => who.name === `client-${role}` && what.service_id === id && what.kind === 'heartbeat',
    );
    await secured.waitForRefusal(
      'SEC_SENDER_REFUSED',
      ({ who, what }) =>
        who.name === `client-${role}` && what.service_id === id && what.kind === 'service_event',
    );
  }
  expect(await standing()).toEqual(before);
});

test.each(['ts_1', 'ts_2'])(
  "a stop on %s's own topic is obeyed only if the provider says it, once.",
  async (id) => {
    const before = await standing();
    const { configuration } = secured.file;
    const service = configuration.TaskService.find((each) => each.id === id)!;
    const { message } = service.Task;
    const body = {
      ...service,
      Task: {
        ...service.Task,
        message: {
          ...message,
          header: { ...message.header, action: 'stop', service_id: id, transaction: 'T1' },
        },
      },
    };
    // Sealed for the provider, like all messages of this client; not sealed; and a replayed message of the provider.
    await reader.connection.publish(`process.T1.${id}`, body);
    await reader.connection.publisher.publish(encodeEnvelope({ topic: `process.T1.${id}`, body }));
    const old = reader.frames.items.filter(
      (frame) => frame.startsWith(`process.T1.${id} @@@`) && frame.includes('seal'),
    );
    for (const frame of old) await reader.connection.publisher.publish(frame);
    await admin.request('T1');
    expect(await standing()).toEqual(before);
  },
);
