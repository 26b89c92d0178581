// Requests over a connection that only records them.

import { expect, it } from 'vitest';
import { createKeyPair } from '../../../src/base/keys.js';
import { composeSecurity } from '../../../src/bus/connection.js';
import { encodeEnvelope } from '../../../src/bus/envelope.js';
import { MessageAuthenticator } from '../../../src/bus/message-mac.js';
import { Requester } from '../../../src/bus/requester/requester.js';
import { ManualClock } from '../../helpers/manual-clock.js';

interface TestReply {
  readonly header: { readonly in_reply_to?: string };
  readonly content: unknown;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const [client, provider, other] = [createKeyPair(), createKeyPair(), createKeyPair()];

function openRequester({ isSecured = false } = {}) {
  const clock = new ManualClock();
  const sent: { readonly topic: string; readonly body: { readonly header: { message_id: string } } }[] = [];
  let change: (isConnected: boolean) => void = () => undefined;
  const closes: boolean[] = [];
  const requester = new Requester<TestReply>({
    connection: {
      id: 'client-1',
      publisher: { onConnectionChange: (listener) => (change = listener) },
      publish: (topic, body) => {
        sent.push({ topic, body: body as (typeof sent)[number]['body'] });
        return Promise.resolve();
      },
      close: (dropsUnsent) => Promise.resolve(void closes.push(dropsUnsent === true)),
    },
    security: isSecured ? composeSecurity({ keys: client, serverKey: provider.publicKey }) : undefined,
    clock,
    limitMs: 5000,
    noAnswer: (limitMs) => new Error(`no answer within ${limitMs} ms`),
    isReplayed: ({ content }) => content === 'replayed',
  });
  const ids = () => sent.map(({ body }) => body.header.message_id);
  /** Replies to the last request; with `keys`, with a MAC of their owner for the client. */
  const reply = (
    content: unknown,
    { id = ids().at(-1)!, keys = undefined as typeof client | undefined } = {},
  ) => {
    const body = { header: { in_reply_to: id }, content };
    const frame = encodeEnvelope({ topic: 'state', body });
    const signed = keys === undefined ? frame : new MessageAuthenticator(keys).sign(frame, client.publicKey);
    requester.receive(body, Buffer.from(signed));
  };
  const ask = (limitMs?: number) =>
    requester.request('state', { header: { action: 'x' }, content: {} }, { limitMs });
  return {
    requester,
    clock,
    sent,
    ids,
    reply,
    ask,
    closes,
    change: (isConnected: boolean) => change(isConnected),
  };
}

it('adds message id and sender, and resolves each request with its own reply', async () => {
  const { sent, ids, reply, ask } = openRequester();
  const [one, other] = [ask(), ask()];
  expect(sent[0]).toMatchObject({
    topic: 'state',
    body: { header: { action: 'x', sender: 'client-1' }, content: {} },
  });
  expect(new Set(ids()).size).toBe(2);
  reply('second');
  reply('to another client', { id: 'unknown' });
  reply('first', { id: ids()[0]! });
  expect([(await one).content, (await other).content]).toEqual(['first', 'second']);
});

it('gives requests with the same message id the same reply', async () => {
  const { requester, reply, ids } = openRequester();
  const body = { header: { message_id: 'm1' } };
  const both = [1, 2].map(() => requester.exchange('context', body, { messageId: 'm1' }));
  reply('once', { id: 'm1' });
  expect((await Promise.all(both)).map(({ content }) => content)).toEqual(['once', 'once']);
  expect(ids()).toEqual(['m1', 'm1']);
});

it('rejects at the deadline, its own or the usual one, and ignores a later reply', async () => {
  const { clock, reply, ask } = openRequester();
  const [short, long] = [
    expect(ask(1000)).rejects.toThrow('within 1000 ms'),
    expect(ask()).rejects.toThrow('5000 ms'),
  ];
  clock.advance(1000);
  await short;
  clock.advance(4000);
  await long;
  reply('late');
});

it('with security, counts only a reply with a MAC of the one asked', async () => {
  const { reply, ask } = openRequester({ isSecured: true });
  const asked = ask();
  reply('without a MAC');
  reply('of another client', { keys: other });
  reply('of the provider', { keys: provider });
  expect((await asked).content).toBe('of the provider');
});

it('sends a request again that a lost connection left without a reply, and one that was rejected as replayed', async () => {
  const { ids, reply, ask, change } = openRequester();
  const asked = ask();
  change(false);
  change(true);
  expect(ids()).toHaveLength(2);
  reply('replayed');
  await turn();
  // Before the second attempt there is a pause without length.
  await turn();
  expect(ids()).toHaveLength(3);
  expect(new Set(ids()).size).toBe(1);
  reply('accepted');
  expect((await asked).content).toBe('accepted');
});

it('rejects what is pending when it is closed, and closes the connection', async () => {
  const { requester, ask, closes } = openRequester();
  const asked = expect(ask()).rejects.toMatchObject({ code: 'BUS_CLOSED' });
  await requester.close(true);
  await asked;
  expect(closes).toEqual([true]);
});
