// Which transaction is meant: the named one, and without a name the only one there is.

import { ContextdError } from '../base/errors.js';
import type { Transaction } from './transaction.js';

type Transactions = ReadonlyMap<string, Transaction>;

export function findTransaction(transactions: Transactions, id: string): Transaction | undefined {
  const [only, ...more] = transactions.values();
  return id === '' && more.length === 0 ? only : transactions.get(id);
}

/** `what` has named a transaction that there is not, or none where there are several. */
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
