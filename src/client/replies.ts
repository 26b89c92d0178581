// Parses the replies of a provider or a Monitor; a reply that reports an error is thrown as that error.

import { chooseTransaction, isStoppedService } from '../messages/choose-transaction.js';
import type { Deferred } from '../base/deferred.js';
import { ContextdError, reviveError } from '../base/errors.js';
import { parseFrame, type Message } from '../messages/message.js';
import type { CommandReply, ReplyStatus } from '../messages/state.js';

export interface PendingRequest {
  readonly answer: Deferred<Message>;
  /** Public key of the one sender whose reply counts; undefined without security. */
  readonly senderKey: string | undefined;
  /** Sends the request again. */
  send(): Promise<void>;
}

export interface CommandAnswer {
  readonly transaction: string;
  readonly status: ReplyStatus;
}

/** The part of a zod schema that is used here. */
interface AnswerSchema<T> {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: T } | { readonly success: false; readonly error: Error };
}

/** Undefined for any other message on topic `state`, and for malformed ones. */
export function parseReply(
  frame: Uint8Array,
): Extract<Message, { kind: 'command_reply' | 'state_reply' }> | undefined {
  try {
    const message = parseFrame(frame);
    return message.kind === 'command_reply' || message.kind === 'state_reply' ? message : undefined;
  } catch {
    return undefined;
  }
}

/** The content of the reply to a query. Throws the error that the reply reports. */
export function contentOf(reply: Message): unknown {
  if (reply.kind === 'state_reply') return reply.content;
  const { error } = answerOf(reply).status;
  throw reviveError(error ?? { code: 'MSG_INVALID', message: 'the query was rejected' });
}

/** Throws MSG_INVALID for a reply that does not match `schema`. */
export function parseAnswer<T>(schema: AnswerSchema<T>, query: string, reply: unknown): T {
  const parsed = schema.safeParse(reply);
  if (parsed.success) return parsed.data;
  throw new ContextdError('MSG_INVALID', `the answer to ${query} is invalid: ${parsed.error.message}`);
}

export function answerOf(message: Message): CommandAnswer {
  if (message.kind !== 'command_reply')
    throw new ContextdError('MSG_INVALID', `the answer is a ${message.kind}, not a command_reply`);
  const { header, content }: CommandReply = message;
  return { transaction: header.service_transaction, status: content.status };
}

/** The transaction that a query without an id means, from the answer to `list`. Throws CTX_TRANSACTION_UNKNOWN and CTX_AMBIGUOUS. */
export function onlyTransactionIn({ status }: CommandAnswer): string {
  const all = (status.transactions ?? []).map(({ transaction: id, context_id: contextId, services }) => {
    return { id, contextId, isStopped: services.every(isStoppedService) };
  });
  const found = chooseTransaction(all);
  if (found !== undefined) return found.id;
  throw new ContextdError('CTX_TRANSACTION_UNKNOWN', 'there is no transaction', {
    hint: 'start one with conf_command --action=start --context_file=FILE',
  });
}
