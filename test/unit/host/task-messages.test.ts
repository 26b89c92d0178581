import { describe, expect, it } from 'vitest';
import { encodeEnvelope } from '../../../src/bus/envelope.js';
import type { RunBootstrap } from '../../../src/messages/host-bootstrap.js';
import { composeProcessCommand, type ProcessAction } from '../../../src/messages/process-command.js';
import { readTaskMessage } from '../../../src/host/task-messages.js';
import { defineTask, id, TRANSACTION } from '../../helpers/harness.js';

const bootstrap = { transaction: TRANSACTION, serviceId: id('ts_1') } as RunBootstrap;
const OWN = 'process.TX0001.ts_1';
const read = (topic: string, body: unknown) =>
  readTaskMessage(Buffer.from(encodeEnvelope({ topic, body })), bootstrap);

function command(action: ProcessAction, more: { acknowledges?: number } = {}) {
  const service = defineTask({ id: 'ts_1', configuration: { every_s: '2' } });
  return composeProcessCommand({
    action,
    service,
    transaction: TRANSACTION,
    messageId: 'm',
    sender: 's',
    ...more,
  });
}

describe('readTaskMessage returns', () => {
  it('a start command with service name and configuration', () => {
    const configuration = expect.objectContaining({ every_s: '2', device_action: 'test_action' }) as unknown;
    expect(read(OWN, command('start'))).toEqual({
      kind: 'start',
      messageId: 'm',
      serviceName: 'test',
      configuration,
    });
  });

  it('a stop command, and the acknowledgement of the final event', () => {
    expect(read(OWN, command('stop'))).toEqual({ kind: 'stop', messageId: 'm' });
    expect(read(OWN, command('acknowledge', { acknowledges: 4 }))).toEqual({ kind: 'acknowledge', seq: 4 });
  });

  it.each([
    ['service_id', { service_id: 'ts_2' }],
    ['transaction', { transaction: 'TX0002' }],
    ['service_transaction', { transaction: undefined, service_transaction: 'TX0002' }],
  ])('undefined on its own topic if %s is that of another service', (_key, more) => {
    for (const action of ['start', 'stop', 'acknowledge'] as const) {
      const { Task } = command(action, { acknowledges: 1 });
      const header = { ...Task.message.header, ...more };
      expect(read(OWN, { Task: { message: { ...Task.message, header } } })).toBeUndefined();
    }
  });

  it.each([{ service_id: '' }, { service_id: undefined, transaction: undefined }, { transaction: '' }])(
    'a command without ids in its header: %j',
    (more) => {
      const { Task } = command('stop');
      const header = { ...Task.message.header, ...more };
      expect(read(OWN, { Task: { message: { ...Task.message, header } } })).toMatchObject({ kind: 'stop' });
    },
  );

  it('a start command without other fields', () => {
    const body = { Task: { message: { header: { action: 'start' }, content: { configuration: ['odd'] } } } };
    expect(read(OWN, body)).toEqual({
      kind: 'start',
      messageId: undefined,
      serviceName: '',
      configuration: {},
    });
  });

  it('an event of another service in its transaction', () => {
    expect(read('control', event('ts_2', 'TX0001'))).toEqual({
      kind: 'event',
      event: {
        action: 'updated',
        serviceId: 'ts_2',
        serviceName: 'n',
        status: { result: 'success', shout: 'hello' },
      },
    });
  });
});

describe('readTaskMessage ignores', () => {
  it.each<[string, string, unknown]>([
    ['the commands of others', 'process.TX0001.ts_2', command('stop')],
    ['the commands of the same service in another transaction', 'process.TX0002.ts_1', command('stop')],
    ['the copies for observers', 'process', command('stop')],
    ['actions that it does not know', OWN, { Task: { message: { header: { action: 'dance' } } } }],
    ['what has no header', OWN, { Task: 7 }],
    ['its own events', 'control', event('ts_1', 'TX0001')],
    ['the events of other transactions', 'control', event('ts_2', 'TX0002')],
    ['context information', 'control', event('ts_2', 'TX0001', 'update')],
    ['other topics', 'context', event('ts_2', 'TX0001')],
  ])('%s', (_what, topic, body) => {
    expect(read(topic, body)).toBeUndefined();
  });
});

it('readTaskMessage rejects an invalid frame', () => {
  expect(() => readTaskMessage(Buffer.from('nonsense'), bootstrap)).toThrow(
    expect.objectContaining({ code: 'MSG_FRAME_INVALID' }),
  );
});

function event(serviceId: string, transaction: string, action = 'updated') {
  return {
    header: { action, service_id: serviceId, service_name: 'n', service_transaction: transaction },
    content: { status: { result: 'success', shout: 'hello' } },
  };
}
