// Topic `state`: requests to the provider, and its replies to requests and commands.

import * as z from 'zod';
import { reviveError, type ErrorReport } from '../base/errors.js';

const header = z.looseObject({
  action: z.string(),
  service_id: z.string().default(''),
  service_name: z.string().default(''),
  service_transaction: z.string().default(''),
  message_id: z.string().optional(),
  sender: z.string().optional(),
  in_reply_to: z.string().optional(),
});
export type StateHeader = z.infer<typeof header>;

export const stateRequestSchema = z.looseObject({ header, content: z.looseObject({}).default({}) });
export type StateRequestBody = z.infer<typeof stateRequestSchema>;

export interface StateRequest extends StateRequestBody {
  readonly kind: 'state_request';
}

const replyError = z.looseObject({ code: z.string(), message: z.string(), hint: z.string().optional() });

const serviceResult = z.looseObject({
  service_id: z.string(),
  state: z.string().describe('defined, starting, started, stopping, stopped, exited, failed or backoff.'),
  pid: z.number().int().nullable(),
  elapsed_ms: z
    .number()
    .optional()
    .describe('Milliseconds from the arrival of the command until the service reached this state.'),
  since: z.string().optional().describe('With `list`: when the service entered this state, in ISO 8601.'),
  restarts: z.number().int().optional().describe('With `list`: how often it was launched again.'),
  error: replyError.optional(),
});
/** The result of a command for one service. */
export type ServiceResult = z.infer<typeof serviceResult>;

export const replyStatusSchema = z.looseObject({
  result: z.enum(['success', 'failure']),
  error: replyError.optional(),
  services: z.array(serviceResult).default([]),
  /** With `list`: every transaction of the provider. */
  transactions: z
    .array(
      z.looseObject({ transaction: z.string(), context_id: z.string(), services: z.array(serviceResult) }),
    )
    .optional(),
  faults: z
    .array(replyError)
    .optional()
    .describe('With `list`: problems of the provider itself, such as a journal that cannot be written.'),
  plan: z
    .record(z.string(), z.array(z.string()).readonly())
    .optional()
    .describe('With `reload`: the service ids by the action on them.'),
  reasons: z
    .record(z.string(), z.array(z.string()).readonly())
    .optional()
    .describe(
      'With `reload`: the differences of each changed or updated service, by its id: `code`, or names of fields.',
    ),
  clients: z
    .looseObject({ added: z.array(z.string()), removed: z.array(z.string()), changed: z.array(z.string()) })
    .optional()
    .describe('With `reload` of a secured provider: the names of added, removed and changed clients.'),
  warnings: z
    .array(z.string())
    .optional()
    .describe('Parts of the request that were not done although the command succeeded.'),
});
export type ReplyStatus = z.infer<typeof replyStatusSchema>;

export function failure(error: ErrorReport): ReplyStatus {
  return { result: 'failure', error, services: [] };
}

export const commandReplySchema = z.looseObject({
  header,
  content: z.looseObject({ status: replyStatusSchema }),
});
export type CommandReplyBody = z.infer<typeof commandReplySchema>;

/** The reply to a command: `reply_start`, `reply_stop`, ... */
export interface CommandReply extends CommandReplyBody {
  readonly kind: 'command_reply';
}

export const stateReplySchema = z.looseObject({ header, content: z.unknown() });
export type StateReplyBody = z.infer<typeof stateReplySchema>;

/** The reply to a request: `reply_context`, `reply_top`, ... */
export interface StateReply extends StateReplyBody {
  readonly kind: 'state_reply';
}

export type Reply = CommandReply | StateReply;

export function isReply(message: { readonly kind: string } | undefined): message is Reply {
  return message?.kind === 'command_reply' || message?.kind === 'state_reply';
}

/** Whether a provider rejects a request as replayed: it was sealed before that provider started. */
export function isReplayed(reply: Reply): boolean {
  return reply.kind === 'command_reply' && reply.content.status.error?.code === 'SEC_REPLAYED';
}

/** The content of the reply to a query. Throws the error that the reply reports. */
export function contentOf(reply: Reply): unknown {
  if (reply.kind === 'state_reply') return reply.content;
  throw reviveError(reply.content.status.error ?? { code: 'MSG_INVALID', message: 'the query was rejected' });
}

/** Returns the header of a reply: the header of the request with another action and sender, and `in_reply_to`. */
export function replyHeader(request: StateHeader, action: string, sender: string): StateHeader {
  const { message_id: messageId, ...rest } = request;
  return { ...rest, action, sender, ...(messageId === undefined ? {} : { in_reply_to: messageId }) };
}
