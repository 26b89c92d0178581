// Connections to a secured provider require a known client key and the provider's key.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKeyPair } from '../../../src/base/keys.js';
import { clientOptions, type ClientSecurity } from '../../../src/bus/security.js';
import { zmq } from '../../../src/bus/zmq.js';
import { Client } from '../../../src/client/client.js';
import { follow } from '../../../src/client/follow.js';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { openProvider } from '../../helpers/provider.js';
import { openSecuredProvider, type SecuredProvider } from '../../helpers/secured.js';

expectNoLeftovers();

let secured: SecuredProvider;

beforeAll(async () => {
  secured = await openSecuredProvider([{ id: 'ts_1', instance: 'Forever' }]);
});

afterAll(async () => {
  await secured[Symbol.asyncDispose]();
});

interface Attempt {
  readonly options: () => zmq.SocketOptions<zmq.XPublisher & zmq.XSubscriber>;
  /** As the socket reports it. */
  readonly event: 'handshake:error:protocol' | 'handshake:error:auth' | 'handshake:error:other';
  readonly code: string;
  readonly who: (line: { readonly who: Readonly<Record<string, string>> }) => boolean;
}

const strange = createKeyPair();
const attempts: readonly (readonly [string, Attempt])[] = [
  [
    'NULL',
    {
      options: () => ({}),
      event: 'handshake:error:protocol',
      code: 'SEC_CONNECTION_REFUSED',
      who: () => true,
    },
  ],
  [
    'PLAIN',
    {
      options: () => ({ plainUsername: 'admin', plainPassword: 'admin' }),
      event: 'handshake:error:protocol',
      code: 'SEC_CONNECTION_REFUSED',
      who: () => true,
    },
  ],
  [
    'a key that is in no list',
    {
      options: () => clientOptions({ keys: strange, serverKey: secured.serverKey }),
      event: 'handshake:error:auth',
      code: 'SEC_KEY_UNKNOWN',
      who: ({ who }) => who.key === strange.publicKey && who.address === '127.0.0.1',
    },
  ],
  [
    'a known key, and a wrong one for the provider',
    {
      options: () => clientOptions({ ...secured.securityOf('admin'), serverKey: createKeyPair().publicKey }),
      event: 'handshake:error:other',
      code: 'SEC_CONNECTION_REFUSED',
      who: () => true,
    },
  ],
];

test.each(attempts)('A publisher with %s is refused at both sockets and audited.', async (_what, connect) => {
  const before = (await secured.audit()).length;
  const { publish, subscribe } = secured.provider.endpoints;
  for (const endpoint of [publish, subscribe]) {
    const options = { linger: 0, ...connect.options() };
    const socket = endpoint === publish ? new zmq.XPublisher(options) : new zmq.XSubscriber(options);
    const refused = new Promise((resolve) => socket.events.on(connect.event, resolve));
    let isIn = false;
    socket.events.on('handshake', () => (isIn = true));
    socket.connect(endpoint);
    await refused;
    expect(isIn).toBe(false);
    socket.close();
  }
  await eventually(
    async () =>
      (await secured.audit()).slice(before).some((each) => each.code === connect.code && connect.who(each)),
    `${connect.code} in the audit log`,
  );
  const client = await secured.client('read');
  expect((await client.command({ action: 'list' })).status.transactions).toEqual([]);
});

const clients: readonly (readonly [string, () => ClientSecurity | undefined, RegExp])[] = [
  ['no key', () => undefined, /is secured/],
  ['an unknown key', () => ({ keys: strange, serverKey: secured.serverKey }), /does not know the key/],
  [
    'a wrong server key',
    () => ({ ...secured.securityOf('admin'), serverKey: strange.publicKey }),
    /does not have the key/,
  ],
];

test.each(clients)('A client with %s gets the reason of the refusal.', async (_what, security, text) => {
  const { endpoints } = secured.provider;
  await expect(Client.connect(endpoints, { timeoutMs: 20_000, security: security() })).rejects.toMatchObject({
    code: 'SEC_CONNECTION_REFUSED',
    message: expect.stringMatching(text) as string,
  });
  const follower = follow(endpoints, ['control'], () => undefined, security());
  expect(await follower.refused).toMatchObject({ code: 'SEC_CONNECTION_REFUSED' });
  follower.ready.catch(() => undefined);
  await follower.close();
});

test('A client with keys sends nothing to an unsecured provider.', async () => {
  await using open = await openProvider([{ id: 'ts_1', instance: 'Forever' }], { ContextID: 'open' });
  const { endpoints } = open.provider;
  await expect(
    Client.connect(endpoints, { timeoutMs: 20_000, security: secured.securityOf('admin') }),
  ).rejects.toMatchObject({
    code: 'SEC_CONNECTION_REFUSED',
    message: expect.stringContaining('nothing was sent unencrypted') as string,
  });
});

test('Two secured providers in one process accept only their own clients.', async () => {
  await using other = await openSecuredProvider([{ id: 'ts_1', instance: 'Forever' }], {
    ContextID: 'other',
  });
  const ours = await other.client('read');
  expect((await ours.command({ action: 'list' })).status.result).toBe('success');
  await expect(
    Client.connect(other.provider.endpoints, {
      timeoutMs: 20_000,
      security: { keys: secured.keysOf('admin'), serverKey: other.serverKey },
    }),
  ).rejects.toMatchObject({ code: 'SEC_CONNECTION_REFUSED' });
});
