// Topic `control`: the events of task services, for all subscribers.

import * as z from 'zod';
import { isCount, isOptional, isRecord, isText, isWhole } from './plain.js';
import { RUN_TOKEN, type RunIdentity } from './run-identity.js';

export const EVENT_ACTIONS = ['created', 'started', 'updated', 'failed', 'stopped', 'exited'] as const;
export type EventAction = (typeof EVENT_ACTIONS)[number];

const error = z.looseObject({ code: z.string(), message: z.string(), hint: z.string().optional() });

const status = z.looseObject({
  result: z.enum(['success', 'failure']).default('success'),
  device_action: z.string().default(''),
  pid: z.number().int().optional(),
  /** The operating system id of the thread of a thread service. */
  tid: z.number().int().optional(),
  exit_code: z.number().int().optional(),
  signal: z.string().optional(),
  reason: z
    .string()
    .optional()
    .describe('Why a service failed or ended, as a keyword: see FAILURE_REASONS of the provider.'),
  error: error.optional(),
});
export type EventStatus = z.infer<typeof status>;

export const serviceEventSchema = z.looseObject({
  header: z.looseObject({
    action: z.enum(EVENT_ACTIONS),
    service_id: z.string(),
    service_name: z.string().default(''),
    service_transaction: z.string(),
    seq: z
      .number()
      .int()
      .positive()
      .optional()
      .describe('Counts the events of a sender from 1, so that a receiver can detect gaps.'),
    sent_at: z.string().optional(),
    cause: z.string().optional().describe('The id of the message that caused this event.'),
    sender: z.string().optional(),
    run_token: z.string().optional().describe(RUN_TOKEN),
    repetition: z
      .boolean()
      .optional()
      .describe('True for a final event that is sent again, to a provider that may not have received it.'),
  }),
  content: z.looseObject({ status }),
});
export type ServiceEventBody = z.infer<typeof serviceEventSchema>;

export interface ServiceEventMessage extends ServiceEventBody {
  readonly kind: 'service_event';
}

const ACTIONS: ReadonlySet<unknown> = new Set(EVENT_ACTIONS);
const OPTIONAL_TEXTS = ['sent_at', 'cause', 'sender', 'run_token'] as const;

/**
 * True for a complete, valid event without an error, which is the most frequent message on a bus. This is much faster
 * than the schema. All other bodies must be checked by the schema.
 */
export function isPlainEvent(body: unknown): body is ServiceEventBody {
  if (!isRecord(body) || !isRecord(body.header) || !isRecord(body.content)) return false;
  return isPlainHeader(body.header) && isPlainStatus(body.content.status);
}

function isPlainHeader(header: Readonly<Record<string, unknown>>): boolean {
  const { action, service_id: id, service_name: name, service_transaction: transaction, seq } = header;
  return (
    ACTIONS.has(action) &&
    isText(id) &&
    isText(name) &&
    isText(transaction) &&
    isOptional(seq, (value) => isCount(value) && value > 0) &&
    (header.repetition === undefined || typeof header.repetition === 'boolean') &&
    OPTIONAL_TEXTS.every((key) => isOptional(header[key], isText))
  );
}

function isPlainStatus(status: unknown): boolean {
  return (
    isRecord(status) &&
    (status.result === 'success' || status.result === 'failure') &&
    isText(status.device_action) &&
    isOptional(status.pid, isWhole) &&
    isOptional(status.reason, isText) &&
    status.exit_code === undefined &&
    status.signal === undefined &&
    status.error === undefined
  );
}

/** The run that the event is about. */
export function runOfEvent({ header, content }: ServiceEventBody): RunIdentity {
  return { runToken: header.run_token, pid: content.status.pid };
}

/** Whether the event reports the end of a run. Its host waits until the provider acknowledges it. */
export function isFinalEvent({ header }: ServiceEventMessage): boolean {
  return header.seq !== undefined && ['stopped', 'exited', 'failed'].includes(header.action);
}
