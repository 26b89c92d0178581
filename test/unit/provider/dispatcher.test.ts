// Inbound messages: decode, authenticate, authorize, deduplicate, dispatch, in this order and without a bus.

import { expect, it } from 'vitest';
import { ContextdError } from '../../../src/base/errors.js';
import { encodeEnvelope } from '../../../src/bus/envelope.js';
import { Dispatcher, type DispatcherPorts } from '../../../src/provider/dispatcher.js';
import { openSupervisor } from '../../helpers/fake-launcher.js';
import { TRANSACTION, withService } from '../../helpers/harness.js';

const SELF = 'provider-1';

function openDispatcher(given: Partial<DispatcherPorts> = {}) {
  const { supervisor, transactions, clock, transaction, processes } = openSupervisor([{ id: 'a' }]);
  const steps: string[] = [];
  const warnings: string[] = [];
  const dispatcher = new Dispatcher({
    ...{ self: SELF, clock, supervisor, transactions, authorizer: undefined, configurations: () => [] },
    hosts: { onNotice: ({ header }) => steps.push(`host ${header.host}`) },
    commands: {
      answerAgain: ({ header }) => header.message_id === 'known' && steps.push('answer again') > 0,
      handle: ({ header }, key) => {
        steps.push(`command ${header.action} ${header.service_id} ${key ?? '-'}`);
        return Promise.resolve();
      },
    },
    queries: { handle: ({ header }) => steps.push(`query ${header.action}`) },
    outbox: {
      acknowledge: (_transaction, service) => steps.push(`acknowledge ${service.id}`),
      replyFailure: (asked, _reader, error) =>
        steps.push(`fail ${asked.action}: ${(error as ContextdError).code}`),
    },
    persist: () => Promise.resolve(),
    notice: (notice) => {
      if (notice.kind === 'warning') warnings.push(notice.text);
    },
    ...given,
  });
  const receive = (topic: string, body: unknown) =>
    dispatcher.receive(Buffer.from(encodeEnvelope({ topic, body })));
  return { dispatcher, receive, steps, warnings, clock, transaction, processes };
}

const command = (action: string, more: object = {}) => ({
  header: { action, service_id: 'a', ...more },
});
const event = (action: string, more: object = {}) => ({
  header: {
    ...{ action, service_id: 'a', service_name: 'test', service_transaction: TRANSACTION, seq: 1 },
    ...more,
  },
  content: { status: { result: 'success', device_action: '' } },
});
const heartbeat = (more: object = {}) => ({
  header: { service_id: 'a', service_transaction: TRANSACTION, sender: 'host-1' },
  content: {
    ...{ pid: 1, started_at: '', state: 'started', seq: 1, ready: true, event_loop_lag_ms: 7 },
    ...more,
  },
});
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

it('passes each kind of message to the part that handles it', () => {
  const { dispatcher, receive, steps } = openDispatcher();
  dispatcher.open();
  receive('context', command('start'));
  receive('state', { header: { action: 'top' } });
  receive('threads', { header: { action: 'running', host: 'h1' }, content: { threads: [] } });
  receive('process', {
    Task: { message: { header: { action: 'stop', service_id: 'b', transaction: 'T1' } } },
  });
  expect(steps).toEqual(['command start a -', 'query top', 'host h1', 'command stop b -']);
});

it('ignores what the provider has published itself, and replies of other providers', () => {
  const { dispatcher, receive, steps } = openDispatcher();
  dispatcher.open();
  receive('context', command('start', { sender: SELF }));
  receive('state', { header: { action: 'reply_top' }, content: {} });
  expect([steps, dispatcher.rejected]).toEqual([[], 0]);
});

it('counts frames that are not messages, and reports each kind once a minute', () => {
  const { dispatcher, receive, warnings, clock } = openDispatcher();
  dispatcher.open();
  for (let index = 0; index < 3; index += 1) receive('context', { header: 1 });
  expect([dispatcher.rejected, warnings.length]).toEqual([3, 1]);
  clock.advance(60_000);
  dispatcher.receive(Buffer.from('no separator'));
  receive('context', { header: 1 });
  expect([dispatcher.rejected, warnings.length]).toEqual([5, 3]);
});

it('applies an event to the supervisor, and acknowledges only a final one, when it is in the journal', async () => {
  let saved = () => undefined as void;
  const persist = () => new Promise<void>((resolve) => (saved = resolve));
  const { dispatcher, receive, steps } = openDispatcher({ persist });
  dispatcher.open();
  receive('control', event('updated'));
  await turn();
  receive('control', event('stopped', { seq: 2 }));
  await turn();
  expect(steps).toEqual([]);
  saved();
  await turn();
  expect(steps).toEqual(['acknowledge a']);
});

it('notes heartbeats, and warns about lost log lines of its own services only', () => {
  const { dispatcher, receive, warnings, transaction } = openDispatcher();
  dispatcher.open();
  transaction.snapshot = withService(transaction.snapshot, 'a', { pid: 1 });
  receive(`heartbeat.${TRANSACTION}.a`, heartbeat({ log_loss: { lines: 3, code: 'ENOSPC' } }));
  const foreign = { service_id: 'a', service_transaction: 'T9' };
  receive('heartbeat.T9.a', { ...heartbeat({ log_loss: { lines: 4, code: 'ENOSPC' } }), header: foreign });
  expect([...transaction.liveness.values()].map(({ lagMs }) => lagMs)).toEqual([7]);
  expect(warnings).toEqual([`a in ${TRANSACTION} cannot write its log: 3 lines lost so far, ENOSPC`]);
});

it('warns about lost log lines at once, then once a minute while more are lost, for each run', () => {
  const { dispatcher, receive, warnings, clock } = openDispatcher();
  dispatcher.open();
  const lose = (lines: number, sender = 's1') => {
    const body = heartbeat({ log_loss: { lines, code: 'ENOSPC' } });
    receive(`heartbeat.${TRANSACTION}.a`, { ...body, header: { ...body.header, sender } });
    return warnings.splice(0).map((text) => /\d+ lines/.exec(text)?.[0]);
  };
  expect(lose(3)).toEqual(['3 lines']);
  expect(lose(9)).toEqual([]);
  clock.advance(60_000);
  expect(lose(9)).toEqual(['9 lines']);
  clock.advance(60_000);
  expect(lose(9)).toEqual([]);
  expect(lose(1, 's2')).toEqual(['1 lines']);
});

it('holds all messages but those of hosts until it is opened, in their order', () => {
  const { dispatcher, receive, steps } = openDispatcher();
  receive('context', command('start'));
  receive('threads', { header: { action: 'running', host: 'h1' }, content: { threads: [] } });
  receive('state', { header: { action: 'top' } });
  expect(steps).toEqual(['host h1']);
  dispatcher.open();
  expect(steps).toEqual(['host h1', 'command start a -', 'query top']);
});

it('answers commands and queries with a failure when too much waits, and counts other messages', () => {
  const { dispatcher, receive, steps } = openDispatcher();
  for (let index = 0; index < 10_000; index += 1) receive('state', { header: { action: 'top' } });
  receive('context', command('stop'));
  receive('control', event('updated'));
  expect([steps, dispatcher.rejected]).toEqual([['fail stop: CTX_TAKING_OVER'], 1]);
});

it('authenticates on arrival, authorizes before it looks for an earlier answer, and answers a refusal', () => {
  const order: string[] = [];
  const { dispatcher, receive, steps } = openDispatcher({
    authorizer: {
      authenticate: () => {
        order.push('authenticate');
        return { key: 'key-1', client: undefined, fault: undefined };
      },
      authorize: (_principal, message) => {
        order.push(`authorize ${message.kind}`);
        return message.kind === 'state_request' ? new ContextdError('SEC_ROLE_REFUSED', 'no') : undefined;
      },
    },
  });
  receive('context', command('start', { message_id: 'known' }));
  expect(order).toEqual(['authenticate']);
  dispatcher.open();
  receive('state', { header: { action: 'top' } });
  receive('context', command('start', { message_id: 'new' }));
  expect(order.slice(1)).toEqual([
    'authorize context_command',
    'authenticate',
    'authorize state_request',
    'authenticate',
    'authorize context_command',
  ]);
  expect(steps).toEqual(['answer again', 'fail top: SEC_ROLE_REFUSED', 'command start a key-1']);
});
