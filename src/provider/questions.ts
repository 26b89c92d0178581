// What a provider answers to questions on topic `state`.

import { ContextdError } from '../base/errors.js';
import type { TransactionInfo } from '../messages/context-info.js';
import type { StateRequestBody } from '../messages/state.js';
import { describeTransaction, type Transaction } from './transaction.js';

export interface QuestionAnswer {
  readonly action: string;
  readonly content: unknown;
}

/** Throws MSG_ACTION_UNKNOWN and CTX_TRANSACTION_UNKNOWN. */
export function answerQuestion(
  transactions: ReadonlyMap<string, Transaction>,
  request: StateRequestBody,
): QuestionAnswer {
  const { action, service_transaction: asked } = request.header;
  if (action !== 'request') {
    throw new ContextdError('MSG_ACTION_UNKNOWN', `there is no action "${action}" on topic state`, {
      hint: 'actions are request',
    });
  }
  return {
    action: 'reply_context',
    content: asked === '' ? describeAll(transactions) : describeOne(transactions, asked),
  };
}

function describeAll(
  transactions: ReadonlyMap<string, Transaction>,
): Readonly<Record<string, TransactionInfo>> {
  return Object.fromEntries(
    [...transactions].map(([id, transaction]) => [id, describeTransaction(transaction)]),
  );
}

function describeOne(transactions: ReadonlyMap<string, Transaction>, id: string): TransactionInfo {
  const transaction = transactions.get(id);
  if (transaction !== undefined) return describeTransaction(transaction);
  const known = [...transactions.keys()];
  throw new ContextdError('CTX_TRANSACTION_UNKNOWN', `transaction ${id} is unknown`, {
    hint: known.length === 0 ? 'nothing has been started yet' : `known transactions: ${known.join(', ')}`,
  });
}
