// The union of all messages on the bus. Frames are parsed and validated only here.

import type * as z from 'zod';
import { ContextdError } from '../base/errors.js';
import { decodeEnvelope } from '../bus/envelope.js';
import { contextCommandSchema, withTransactionNamed, type ContextCommand } from './context-command.js';
import { contextInfoSchema, type ContextInfoMessage } from './context-info.js';
import { heartbeatSchema, isPlainHeartbeat, type Heartbeat } from './heartbeat.js';
import { processCommandSchema, type ProcessCommand } from './process-command.js';
import { isPlainEvent, serviceEventSchema, type ServiceEventMessage } from './service-event.js';
import {
  commandReplySchema,
  stateReplySchema,
  stateRequestSchema,
  type CommandReply,
  type StateReply,
  type StateRequest,
} from './state.js';
import { samplesRequestSchema, type SamplesRequest } from './sample-history.js';
import { monitorMessageSchema, type MonitorMessage } from './samples.js';
import { hostNoticeSchema, type HostNotice } from './host-notice.js';
import { HEARTBEATS, SAMPLES } from './topics.js';

export type Message =
  | ContextCommand
  | ProcessCommand
  | ServiceEventMessage
  | ContextInfoMessage
  | Heartbeat
  | HostNotice
  | MonitorMessage
  | SamplesRequest
  | StateRequest
  | StateReply
  | CommandReply;

/** Throws MSG_FRAME_INVALID or MSG_INVALID; the text contains the path of the invalid field. */
export function parseFrame(frame: Uint8Array): Message {
  const { topic, body } = decodeEnvelope(frame);
  return parseBody(topic, body);
}

/** As parseFrame; undefined for an invalid frame, which any client of the bus can send. */
export function tryParseFrame(frame: Uint8Array): Message | undefined {
  try {
    return parseFrame(frame);
  } catch {
    return undefined;
  }
}

/** As parseFrame, for a decoded body. */
export function parseBody(topic: string, body: unknown): Message {
  if (topic === 'process' || topic.startsWith('process.')) {
    return { kind: 'process_command', ...check(processCommandSchema, topic, body) };
  }
  if (topic.startsWith(HEARTBEATS)) {
    const beat = isPlainHeartbeat(body) ? body : check(heartbeatSchema, topic, body);
    return { kind: 'heartbeat', ...beat };
  }
  if (topic.startsWith(SAMPLES)) {
    return { kind: 'samples_request', ...check(samplesRequestSchema, topic, body) };
  }
  switch (topic) {
    case 'context':
      return { kind: 'context_command', ...withTransactionNamed(check(contextCommandSchema, topic, body)) };
    case 'control':
      if (isPlainEvent(body)) return { kind: 'service_event', ...body };
      return actionOf(body) === 'update'
        ? { kind: 'context_info', ...check(contextInfoSchema, topic, body) }
        : { kind: 'service_event', ...check(serviceEventSchema, topic, body) };
    case 'threads':
      return { kind: 'host_notice', ...check(hostNoticeSchema, topic, body) };
    case 'monitor':
      return { kind: 'monitor', transactions: check(monitorMessageSchema, topic, body) };
    case 'state':
      return parseState(topic, body);
    default:
      throw new ContextdError('MSG_INVALID', `dropped a message: unknown topic "${topic}"`);
  }
}

function parseState(topic: string, body: unknown): Message {
  const action = actionOf(body);
  if (!action.startsWith('reply_'))
    return { kind: 'state_request', ...check(stateRequestSchema, topic, body) };
  return hasStatus(body)
    ? { kind: 'command_reply', ...check(commandReplySchema, topic, body) }
    : { kind: 'state_reply', ...check(stateReplySchema, topic, body) };
}

/** Compiling a schema takes as long as a hundred interpreted checks. A short-lived client never compiles. */
const CHECKS_BEFORE_COMPILING = 100;
let checks = 0;

function check<S extends z.ZodType>(schema: S, topic: string, body: unknown): z.infer<S> {
  checks += 1;
  const result = schema.safeParse(body, checks <= CHECKS_BEFORE_COMPILING ? { jitless: true } : undefined);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue === undefined ? '' : issue.path.join('.');
  throw new ContextdError(
    'MSG_INVALID',
    `dropped a message on topic "${topic}": ${where === '' ? 'the body' : where}: ${issue?.message ?? 'invalid'}`,
  );
}

function actionOf(body: unknown): string {
  const action = fieldOf(fieldOf(body, 'header'), 'action');
  return typeof action === 'string' ? action : '';
}

function hasStatus(body: unknown): boolean {
  return fieldOf(fieldOf(fieldOf(body, 'content'), 'status'), 'result') !== undefined;
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
