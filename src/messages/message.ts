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

/** Compiling a schema takes as long as a hundred interpreted checks. A short-lived client never compiles. */
const CHECKS_BEFORE_COMPILING = 100;

/** Counts the checks of one reader of messages, whose schemas are compiled when that pays. */
export class CheckCount {
  #checks = 0;

  /** Counts a check; returns whether its schema is to be compiled. */
  next(): boolean {
    this.#checks += 1;
    return this.#checks > CHECKS_BEFORE_COMPILING;
  }
}

/**
 * Throws MSG_FRAME_INVALID or MSG_INVALID; the text contains the path of the invalid field. A reader of many frames passes
 * its `count`.
 */
export function parseFrame(frame: Uint8Array, count?: CheckCount): Message {
  const { topic, body } = decodeEnvelope(frame);
  return parseBody(topic, body, count);
}

/** As parseFrame; undefined for an invalid frame, which any client of the bus can send. */
export function tryParseFrame(frame: Uint8Array, count?: CheckCount): Message | undefined {
  try {
    return parseFrame(frame, count);
  } catch {
    return undefined;
  }
}

/** As parseFrame, for a decoded body. */
export function parseBody(topic: string, body: unknown, count?: CheckCount): Message {
  if (topic === 'process' || topic.startsWith('process.')) {
    return { kind: 'process_command', ...check(processCommandSchema, topic, body, count) };
  }
  if (topic.startsWith(HEARTBEATS)) {
    const beat = isPlainHeartbeat(body) ? body : check(heartbeatSchema, topic, body, count);
    return { kind: 'heartbeat', ...beat };
  }
  if (topic.startsWith(SAMPLES)) {
    return { kind: 'samples_request', ...check(samplesRequestSchema, topic, body, count) };
  }
  switch (topic) {
    case 'context':
      return {
        kind: 'context_command',
        ...withTransactionNamed(check(contextCommandSchema, topic, body, count)),
      };
    case 'control':
      if (isPlainEvent(body)) return { kind: 'service_event', ...body };
      return actionOf(body) === 'update'
        ? { kind: 'context_info', ...check(contextInfoSchema, topic, body, count) }
        : { kind: 'service_event', ...check(serviceEventSchema, topic, body, count) };
    case 'threads':
      return { kind: 'host_notice', ...check(hostNoticeSchema, topic, body, count) };
    case 'monitor':
      return { kind: 'monitor', transactions: check(monitorMessageSchema, topic, body, count) };
    case 'state':
      return parseState(topic, body, count);
    default:
      throw new ContextdError('MSG_INVALID', `dropped a message: unknown topic "${topic}"`);
  }
}

function parseState(topic: string, body: unknown, count: CheckCount | undefined): Message {
  const action = actionOf(body);
  if (!action.startsWith('reply_'))
    return { kind: 'state_request', ...check(stateRequestSchema, topic, body, count) };
  return hasStatus(body)
    ? { kind: 'command_reply', ...check(commandReplySchema, topic, body, count) }
    : { kind: 'state_reply', ...check(stateReplySchema, topic, body, count) };
}

function check<S extends z.ZodType>(
  schema: S,
  topic: string,
  body: unknown,
  count: CheckCount | undefined,
): z.infer<S> {
  const result = schema.safeParse(body, count?.next() === true ? undefined : { jitless: true });
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
