import { describe, expect, it } from 'vitest';
import { parseBody, parseFrame } from '../../../src/messages/message.js';
import { composeProcessCommand } from '../../../src/messages/process-command.js';
import { composeContextInfo } from '../../../src/messages/context-info.js';
import { replyHeader } from '../../../src/messages/state.js';
import { routedTopic } from '../../../src/messages/topics.js';
import { defineTask, id, TRANSACTION } from '../../helpers/harness.js';
import { frameOf, ORIGINALS } from './originals.js';

describe('parseFrame accepts the messages of the original system', () => {
  it.each(ORIGINALS)('$title', (original) => {
    const message = parseFrame(frameOf(original));
    expect(message.kind).toBe(original.kind);
    // All fields are preserved, including unknown ones.
    expect(message).toMatchObject(original.body);
  });
});

describe('parseBody rejects', () => {
  const header = { action: 'started', service_id: 'a', service_name: 'n', service_transaction: 'T' };
  const event = { header, content: { status: { result: 'success' } } };

  it.each<[string, string, unknown, string]>([
    ['an unknown topic', 'gossip', event, 'unknown topic "gossip"'],
    ['a topic that only starts with a known topic', 'processes', event, 'unknown topic "processes"'],
    ['a body that is not an object', 'context', [], 'the body: Invalid input'],
    ['no header', 'context', {}, 'header: Invalid input'],
    ['no action', 'context', { header: {} }, 'header.action: Invalid input'],
    ['an action that is not text', 'state', { header: { action: 7 } }, 'header.action: Invalid input'],
    [
      'a message id that is not text',
      'context',
      { header: { action: 'list', message_id: 7 } },
      'header.message_id',
    ],
    [
      'an unknown event',
      'control',
      { ...event, header: { ...header, action: 'born' } },
      'header.action: Invalid option',
    ],
    [
      'an event without a service id',
      'control',
      { ...event, header: { action: 'started', service_transaction: 'T' } },
      'header.service_id',
    ],
    ['an event without a status', 'control', { header, content: {} }, 'content.status'],
    [
      'a pid that is not an integer',
      'control',
      { header, content: { status: { pid: 1.5 } } },
      'content.status.pid',
    ],
    [
      'an error without a code',
      'control',
      { header, content: { status: { error: { message: 'm' } } } },
      'content.status.error.code',
    ],
    ['a seq below 1', 'control', { ...event, header: { ...header, seq: 0 } }, 'header.seq'],
    [
      'context information without data',
      'control',
      {
        header: { ...header, action: 'update' },
        content: { status: { result: 'success', device_action: 'context_info' } },
      },
      'content.status.data',
    ],
    ['a process command without a task', 'process', { id: 'a' }, 'Task: Invalid input'],
    [
      'a process command without a service id',
      'process',
      { Task: { message: { header: { action: 'start' } } } },
      'Task.message.header.service_id',
    ],
    [
      'a reply with an unknown result',
      'state',
      { header: { action: 'reply_start' }, content: { status: { result: 'maybe' } } },
      'content.status.result: Invalid option',
    ],
    [
      'a reply with a service without a state',
      'state',
      {
        header: { action: 'reply_start' },
        content: { status: { result: 'success', services: [{ service_id: 'a', pid: null }] } },
      },
      'content.status.services.0.state',
    ],
  ])('%s, naming the field', (_what, topic, body, where) => {
    expect(() => parseBody(topic, body)).toThrow(
      expect.objectContaining({ code: 'MSG_INVALID', message: expect.stringContaining(where) as string }),
    );
  });
});

it('defaults are added to a command with only the required fields', () => {
  expect(parseBody('context', { header: { action: 'list' } })).toEqual({
    kind: 'context_command',
    header: { action: 'list', service_id: '', service_name: 'context' },
    content: { configuration: undefined },
  });
});

it.each([
  [{ transaction: 'T9' }, 'T9'],
  [{ service_transaction: 'T1', transaction: 'T9' }, 'T1'],
  [{ service_transaction: '', transaction: 'T9' }, ''],
])('a context command with %o is for transaction "%s"', (named, expected) => {
  const message = parseBody('context', { header: { action: 'stop', ...named } });
  expect(message).toMatchObject({ kind: 'context_command', header: { service_transaction: expected } });
});

describe('composeProcessCommand', () => {
  const service = defineTask({ id: 'ts_1', configuration: { every_s: '2' } });
  const parts = { action: 'stop', service, transaction: TRANSACTION, messageId: 'm', sender: 's' } as const;

  it('returns the task service with its header filled in and does not change the service', () => {
    const before = structuredClone(service);
    const body = composeProcessCommand(parts);
    expect(body).toEqual({
      ...service,
      Task: {
        ...service.Task,
        message: {
          ...service.Task.message,
          header: {
            action: 'stop',
            service_id: 'ts_1',
            service_name: 'test',
            transaction: 'TX0001',
            message_id: 'm',
            sender: 's',
          },
        },
      },
    });
    expect(service).toEqual(before);
  });

  it('can be parsed again and contains the seq of the acknowledged event', () => {
    const body = composeProcessCommand({ ...parts, action: 'acknowledge', acknowledges: 3 });
    const message = parseBody(routedTopic(TRANSACTION, id('ts_1')), JSON.parse(JSON.stringify(body)));
    expect(message).toMatchObject({
      kind: 'process_command',
      Task: { message: { header: { action: 'acknowledge', acknowledges: 3 } } },
    });
  });
});

it('context information has one item for each transaction and can be parsed again', () => {
  const endpoints = { FrontEndEndpoint: 'a', BackendEndpoint: 'b', FrontBind: 'c', BackendBind: 'd' };
  const info = {
    contextId: 'c1',
    contextName: 'context',
    contextLogName: '',
    configuration: endpoints,
    tasks: [],
  };
  const body = composeContextInfo(
    'c1',
    'T1',
    new Map([
      ['T1', info],
      ['T2', info],
    ]),
  );
  expect(body.header).toEqual({
    action: 'update',
    service_id: 'c1',
    service_name: 'context',
    service_transaction: 'T1',
  });
  expect(body.content.status.data).toEqual([{ T1: info }, { T2: info }]);
  expect(parseBody('control', body)).toEqual({ kind: 'context_info', ...body });
});

describe('the header of a reply', () => {
  const request = {
    action: 'start',
    service_id: 'c',
    service_name: 'context',
    service_transaction: 'T',
    odd: 1,
  };

  it('is the header of the request with the new action, the new sender and in_reply_to', () => {
    expect(replyHeader({ ...request, message_id: 'm', sender: 'client' }, 'reply_start', 'me')).toEqual({
      ...request,
      action: 'reply_start',
      sender: 'me',
      in_reply_to: 'm',
    });
  });

  it('has no in_reply_to if the request has no message id', () => {
    expect(replyHeader(request, 'reply_start', 'me')).toEqual({
      ...request,
      action: 'reply_start',
      sender: 'me',
    });
  });
});

it('a routed topic contains the transaction and the service id', () => {
  expect(routedTopic(TRANSACTION, id('ts_1'))).toBe('process.TX0001.ts_1');
});
