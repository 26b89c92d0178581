// The transactions of a provider, shared by supervisor, outbox, journal, commands and queries. Their state is only here.

import { ContextdError } from '../base/errors.js';
import type { ServiceId } from '../base/ids.js';
import { chooseTransaction } from '../messages/choose-transaction.js';
import type { ServiceSnapshot } from './snapshot.js';
import { isStopped, serviceOf, type Transaction } from './transaction.js';

interface StoredService {
  readonly transaction: Transaction;
  readonly id: ServiceId;
  readonly service: ServiceSnapshot;
}

export class TransactionStore {
  readonly #transactions = new Map<string, Transaction>();

  /** In the order in which they were added. */
  get all(): readonly Transaction[] {
    return [...this.#transactions.values()];
  }

  add(transaction: Transaction): void {
    this.#transactions.set(transaction.id, transaction);
  }

  remove({ id }: Transaction): void {
    this.#transactions.delete(id);
  }

  /** Must be called when the provider ends on purpose: nothing is left to take over then. */
  clear(): void {
    this.#transactions.clear();
  }

  get(id: string): Transaction | undefined {
    return this.#transactions.get(id);
  }

  /** Returns a service of a transaction; undefined if either is unknown. */
  service(transactionId: string, serviceId: string): StoredService | undefined {
    const transaction = this.get(transactionId);
    const service = transaction && serviceOf(transaction, serviceId);
    return service && { transaction, service, id: service.definition.id };
  }

  /** Returns the named transaction; for a blank id the only running one, or the only one. Throws CTX_AMBIGUOUS. */
  find(id: string): Transaction | undefined {
    return id === '' ? chooseFrom(this.all) : this.get(id);
  }

  /** Like `find`. Throws CTX_TRANSACTION_UNKNOWN for an unknown one. */
  resolve(id: string, what: 'command' | 'question'): Transaction {
    const found = this.find(id);
    if (found === undefined) throw this.unknown(id, what);
    return found;
  }

  /** The error of a request for a transaction that does not exist; `id` is blank when the request names none. */
  unknown(id: string, what: 'command' | 'question'): ContextdError {
    const known = [...this.#transactions.keys()];
    const message = id === '' ? `the ${what} names no transaction` : `transaction ${id} is unknown`;
    const hint =
      known.length === 0 ? 'nothing has been started yet' : `known transactions: ${known.join(', ')}`;
    return new ContextdError('CTX_TRANSACTION_UNKNOWN', message, { hint });
  }
}

/** Returns the only running transaction, or the only one; undefined for an empty list. Throws CTX_AMBIGUOUS. */
export function chooseFrom(transactions: readonly Transaction[]): Transaction | undefined {
  const choices = transactions.map((transaction) => ({
    id: transaction.id,
    contextId: transaction.configuration.ContextID,
    isStopped: isStopped(transaction),
    transaction,
  }));
  return chooseTransaction(choices)?.transaction;
}
