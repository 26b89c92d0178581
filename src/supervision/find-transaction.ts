// Finds the transaction that a request is for: the named one or, without a name, the only candidate.

import { ContextdError } from '../base/errors.js';
import { chooseTransaction } from '../messages/choose-transaction.js';
import { hasProcess, type Transaction } from './transaction.js';

type Transactions = ReadonlyMap<string, Transaction>;

/** Returns undefined when there is no such transaction. Throws CTX_AMBIGUOUS when several are possible. */
export function findTransaction(transactions: Transactions, id: string): Transaction | undefined {
  return id === '' ? chooseFrom([...transactions.values()]) : transactions.get(id);
}

/** Returns undefined for an empty list. Throws CTX_AMBIGUOUS when several are possible. */
export function chooseFrom(transactions: readonly Transaction[]): Transaction | undefined {
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

/** The error of a request for a transaction that does not exist; `id` is empty when the request names no transaction. */
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
