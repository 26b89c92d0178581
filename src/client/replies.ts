// What comes back from a provider or a Monitor: told apart, checked, or thrown as the error that it reports.

import { chooseTransaction, isStoppedService } from '../messages/choose-transaction.js';
import type { Deferred } from '../base/deferred.js';
import { ContextdError, reviveError } from '../base/errors.js';
import { parseFrame, type Message } from '../messages/message.js';
import type { CommandReply, ReplyStatus } from '../messages/state.js';

/** What is waited for, and whose word it must be: undefined where nothing is sealed. */
export interface Pending {
  readonly answer: Deferred<Message>;
  readonly writer: string | undefined;
  /** Sends the question; it may have been lost on the way. */
  send(): Promise<void>;
}

export interface CommandAnswer {
  readonly transaction: string;
  readonly status: ReplyStatus;
}

/** A schema of src/messages is one. */
interface AnswerSchema<T> {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: T } | { readonly success: false; readonly error: Error };
}

/** Others talk on this topic as well, and not all of it need be well-formed. */
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

/** What a question was answered; throws the refusal. */
export function contentOf(reply: Message): unknown {
  if (reply.kind === 'state_reply') return reply.content;
  const { error } = answerOf(reply).status;
  throw reviveError(error ?? { code: 'MSG_INVALID', message: 'the question was refused' });
}

export function parseAnswer<T>(schema: AnswerSchema<T>, question: string, reply: unknown): T {
  const parsed = schema.safeParse(reply);
  if (parsed.success) return parsed.data;
  throw new ContextdError('MSG_INVALID', `the answer to ${question} is none: ${parsed.error.message}`);
}

export function answerOf(message: Message): CommandAnswer {
  if (message.kind !== 'command_reply')
    throw new ContextdError('MSG_INVALID', `the answer is a ${message.kind}`);
  const { header, content }: CommandReply = message;
  return { transaction: header.service_transaction, status: content.status };
}

/** The transaction that a question means which names none, as `list` was answered. Throws CTX_TRANSACTION_UNKNOWN and CTX_AMBIGUOUS. */
export function onlyTransactionIn({ status }: CommandAnswer): string {
  const all = (status.transactions ?? []).map(({ transaction: id, context_id: contextId, services }) => {
    return { id, contextId, isStopped: services.every(isStoppedService) };
  });
  const found = chooseTransaction(all);
  if (found !== undefined) return found.id;
  throw new ContextdError('CTX_TRANSACTION_UNKNOWN', 'the question names no transaction', {
    hint: 'nothing has been started yet',
  });
}
