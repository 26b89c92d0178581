// Which transaction is meant: the named one, and without a name the one that can be meant.

import { ContextdError } from '../base/errors.js';
import { chooseTransaction } from '../messages/choose-transaction.js';
import { hasProcess, type Transaction } from './transaction.js';

type Transactions = ReadonlyMap<string, Transaction>;

/** Undefined when there is none. Throws CTX_AMBIGUOUS. */
export function findTransaction(transactions: Transactions, id: string): Transaction | undefined {
  return id === '' ? choose([...transactions.values()]) : transactions.get(id);
}

/** Throws CTX_AMBIGUOUS. */
export function choose(transactions: readonly Transaction[]): Transaction | undefined {
  const choices = transactions.map((transaction) => ({
    id: transaction.id,
    contextId: transaction.configuration.ContextID,
    isStopped: isStopped(transaction),
    transaction,
  }));
  return chooseTransaction(choices)?.transaction;
}

export function isStopped(transaction: Transaction): boolean {
  return ![...transaction.snapshot.services.keys()].some((id) => hasProcess(transaction, id));
}

/** `what` has named a transaction that does not exist, or none where there is none. */
export function unknownTransaction(
  transactions: Transactions,
  id: string,
  what: 'command' | 'question',
): ContextdError {
  const known = [...transactions.keys()];
  const message = id === '' ? `the ${what} names no transaction` : `transaction ${id} is unknown`;
  const hint =
    known.length === 0 ? 'nothing has been started yet' : `known transactions: ${known.join(', ')}`;
  return new ContextdError('CTX_TRANSACTION_UNKNOWN', message, { hint });
}
