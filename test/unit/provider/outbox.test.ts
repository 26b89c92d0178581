// What a provider publishes, on a connection that only records it.

import { expect, it } from 'vitest';
import { ContextdError } from '../../../src/base/errors.js';
import { Outbox } from '../../../src/provider/outbox.js';
import { openSupervisor } from '../../helpers/fake-launcher.js';
import { TRANSACTION } from '../../helpers/harness.js';

interface Published {
  readonly topic: string;
  readonly body: unknown;
  readonly reader: string | undefined;
}

function openOutbox({ isSecured = false, isBroken = false, subscribed = [] as readonly string[] } = {}) {
  const { clock, transactions, transaction } = openSupervisor([{ id: 'a' }]);
  const published: Published[] = [];
  const warnings: string[] = [];
  const outbox = new Outbox({
    connection: {
      id: 'provider-1',
      publisher: { hasSubscriber: (topic) => subscribed.includes(topic) },
      publish: (topic, body, reader) => {
        published.push({ topic, body, reader });
        return isBroken ? Promise.reject(new Error('closed')) : Promise.resolve();
      },
    },
    ...{ clock, transactions },
    notice: (notice) => {
      if (notice.kind === 'warning') warnings.push(notice.text);
    },
    readerOf: isSecured ? (id, service) => `key of ${id}/${service}` : undefined,
  });
  const service = transaction.configuration.TaskService[0]!;
  return { outbox, published, warnings, clock, transaction, service };
}

const ROUTED = `process.${TRANSACTION}.a`;
const asked = {
  action: 'stop',
  service_id: 'a',
  service_name: '',
  service_transaction: '',
  message_id: 'm1',
};

it('sends a command to the service, after a copy for observers, and returns whether the service has subscribed', () => {
  const { outbox, published, transaction, service } = openOutbox({ isSecured: true });
  expect(outbox.command(transaction, service, 'stop')).toBe(false);
  expect(published.map(({ topic, reader }) => [topic, reader])).toEqual([
    ['process', undefined],
    [ROUTED, `key of ${TRANSACTION}/a`],
  ]);
  expect(published[0]!.body).toBe(published[1]!.body);
  const other = openOutbox({ subscribed: [ROUTED] });
  expect(other.outbox.command(other.transaction, other.service, 'start')).toBe(true);
});

it('acknowledges an event by its number, and not one without a number', () => {
  const { outbox, published, transaction, service } = openOutbox();
  const header = { action: 'stopped', service_id: 'a', service_name: '', service_transaction: TRANSACTION };
  const event = { kind: 'service_event', content: { status: {} } };
  outbox.acknowledge(transaction, service, { ...event, header } as never);
  expect(published).toEqual([]);
  outbox.acknowledge(transaction, service, { ...event, header: { ...header, seq: 7 } } as never);
  expect(published).toMatchObject([
    { topic: ROUTED, body: { Task: { message: { header: { action: 'acknowledge', acknowledges: 7 } } } } },
  ]);
});

it('publishes a change soon, and before a reply', () => {
  const { outbox, published, clock, transaction } = openOutbox();
  outbox.onChange(transaction);
  outbox.onChange(transaction);
  expect(published).toEqual([]);
  clock.advance(0);
  expect(published.map(({ topic }) => topic)).toEqual(['control']);
  outbox.onChange(transaction);
  outbox.reply({ asked, reader: 'key-1' }, 'reply_stop', {});
  expect(published.slice(1)).toMatchObject([
    { topic: 'control', reader: undefined },
    { topic: 'state', reader: 'key-1', body: { header: { action: 'reply_stop', in_reply_to: 'm1' } } },
  ]);
});

it('replies with a failure that has the code of the error', () => {
  const { outbox, published } = openOutbox();
  outbox.replyFailure(asked, undefined, new ContextdError('SVC_UNKNOWN', 'no a'));
  expect(published).toMatchObject([
    {
      topic: 'state',
      body: { header: { action: 'reply_stop' }, content: { status: { error: { code: 'SVC_UNKNOWN' } } } },
    },
  ]);
});

it('reports an event for a service with rising numbers', () => {
  const { outbox, published, transaction, service } = openOutbox();
  for (const action of ['failed', 'stopped'] as const)
    outbox.report(transaction, service, { action, status: {}, runToken: 'r1' });
  const statuses = published.map(({ body }) => body as { header: { seq: number }; content: object });
  expect(statuses).toMatchObject([
    { header: { seq: 1, action: 'failed', run_token: 'r1' }, content: { status: { result: 'failure' } } },
    { header: { seq: 2, action: 'stopped' }, content: { status: { result: 'success' } } },
  ]);
});

it('warns about a message that could not be sent, until it is closed', async () => {
  const { outbox, warnings } = openOutbox({ isBroken: true });
  outbox.reply({ asked, reader: undefined }, 'reply_stop', {});
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual(['a message on state was not sent: Error: closed']);
  outbox.close();
  outbox.reply({ asked, reader: undefined }, 'reply_stop', {});
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toHaveLength(1);
});
