import { describe, expect, it } from 'vitest';
import { parseBody, parseFrame } from '../../../src/messages/message.js';
import { composeProcessCommand } from '../../../src/messages/process-command.js';
import { composeContextInfo } from '../../../src/messages/context-info.js';
import { replyHeader } from '../../../src/messages/state.js';
import { routedTopic } from '../../../src/messages/topics.js';
import { defineTask, id, TRANSACTION } from '../../helpers/harness.js';
import { frameOf, ORIGINALS } from './originals.js';

describe('parseFrame takes the messages of the original system', () => {
  it.each(ORIGINALS)('$title', (original) => {
    const message = parseFrame(frameOf(original));
    expect(message.kind).toBe(original.kind);
    // All that it says is kept, known or not.
    expect(message).toMatchObject(original.body);
  });
});

describe('parseBody refuses', () => {
  const header = { action: 'started', service_id: 'a', service_name: 'n', service_transaction: 'T' };
  const event = { header, content: { status: { result: 'success' } } };

  it.each<[string, string, unknown, string]>([
    ['an unknown topic', 'gossip', event, 'topic "gossip" is unknown'],
    ['a topic that only begins like one', 'processes', event, 'topic "processes" is unknown'],
    ['what is no object', 'context', [], 'it: Invalid input'],
    ['no header', 'context', {}, 'header: Invalid input'],
    ['no action', 'context', { header: {} }, 'header.action: Invalid input'],
    ['an action that is no text', 'state', { header: { action: 7 } }, 'header.action: Invalid input'],
    [
      'a message id that is no text',
      'context',
      { header: { action: 'list', message_id: 7 } },
      'header.message_id',
    ],
    [
      'an event that does not exist',
      'control',
      { ...event, header: { ...header, action: 'born' } },
      'header.action: Invalid option',
    ],
    [
      'an event of nobody',
      'control',
      { ...event, header: { action: 'started', service_transaction: 'T' } },
      'header.service_id',
    ],
    ['an event without a status', 'control', { header, content: {} }, 'content.status'],
    [
      'a pid that is no whole number',
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
    [
      'a sequence that does not begin at 1',
      'control',
      { ...event, header: { ...header, seq: 0 } },
      'header.seq',
    ],
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
      'a process command for nobody',
      'process',
      { Task: { message: { header: { action: 'start' } } } },
      'Task.message.header.service_id',
    ],
    [
      'an answer with a result that does not exist',
      'state',
      { header: { action: 'reply_start' }, content: { status: { result: 'maybe' } } },
      'content.status.result: Invalid option',
    ],
    [
      'an answer with a service that has no state',
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

it('a command that says only what it must is filled up', () => {
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
])('a context command with %o means transaction "%s", and never the one that runs', (named, meant) => {
  const message = parseBody('context', { header: { action: 'stop', ...named } });
  expect(message).toMatchObject({ kind: 'context_command', header: { service_transaction: meant } });
});

describe('composeProcessCommand', () => {
  const service = defineTask({ id: 'ts_1', configuration: { every_s: '2' } });
  const parts = { action: 'stop', service, transaction: TRANSACTION, messageId: 'm', sender: 's' } as const;

  it('is the task service itself with its header filled in, and leaves the service as it was', () => {
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

  it('can be read again, and names the event that it acknowledges', () => {
    const body = composeProcessCommand({ ...parts, action: 'acknowledge', acknowledges: 3 });
    const message = parseBody(routedTopic(TRANSACTION, id('ts_1')), JSON.parse(JSON.stringify(body)));
    expect(message).toMatchObject({
      kind: 'process_command',
      Task: { message: { header: { action: 'acknowledge', acknowledges: 3 } } },
    });
  });
});

it('context information names each transaction in an item of its own, and can be read again', () => {
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

describe('the header of an answer', () => {
  const asked = {
    action: 'start',
    service_id: 'c',
    service_name: 'context',
    service_transaction: 'T',
    odd: 1,
  };

  it('is that of the question, turned round, with a pointer back', () => {
    expect(replyHeader({ ...asked, message_id: 'm', sender: 'client' }, 'reply_start', 'me')).toEqual({
      ...asked,
      action: 'reply_start',
      sender: 'me',
      in_reply_to: 'm',
    });
  });

  it('points back to nothing when the question had no id', () => {
    expect(replyHeader(asked, 'reply_start', 'me')).toEqual({
      ...asked,
      action: 'reply_start',
      sender: 'me',
    });
  });
});

it('a routed topic is that of one service in one transaction', () => {
  expect(routedTopic(TRANSACTION, id('ts_1'))).toBe('process.TX0001.ts_1');
});
