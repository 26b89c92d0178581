// Parses the replies of a provider or a Monitor; a reply that reports an error is thrown as that error.

import { chooseTransaction, isStoppedService } from '../messages/choose-transaction.js';
import { ContextdError } from '../base/errors.js';
import { CheckCount, tryParseFrame } from '../messages/message.js';
import { isReply, type Reply, type ReplyStatus } from '../messages/state.js';

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

/** Returns a function that parses replies; undefined for any other message on topic `state`, and for malformed ones. */
export function createReplyParser(): (frame: Uint8Array) => Reply | undefined {
  const checks = new CheckCount();
  return (frame) => {
    const message = tryParseFrame(frame, checks);
    return isReply(message) ? message : undefined;
  };
}

/** Throws MSG_INVALID for a reply that does not match `schema`. */
export function parseAnswer<T>(schema: AnswerSchema<T>, query: string, reply: unknown): T {
  const parsed = schema.safeParse(reply);
  if (parsed.success) return parsed.data;
  throw new ContextdError('MSG_INVALID', `the answer to ${query} is invalid: ${parsed.error.message}`);
}

/** Throws MSG_INVALID for the reply to a query. */
export function answerOf(reply: Reply): CommandAnswer {
  if (reply.kind !== 'command_reply')
    throw new ContextdError('MSG_INVALID', `the answer is a ${reply.kind}, not a command_reply`);
  const { header, content } = reply;
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
