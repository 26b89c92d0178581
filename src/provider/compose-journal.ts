// What of a provider goes into its journal: everything, or what has changed since the last time.

import type { TransactionId } from '../base/ids.js';
import type { ContextConfiguration } from '../model/context.js';
import type { CommandAnswer } from './commands/call.js';
import { KEPT_RECORDS, type JournalChange, type JournalContent, type JournaledService } from './journal.js';
import type { JournalSource } from './journal-writer.js';
import type { Once } from './once.js';
import type { ServiceSnapshot, TransactionSnapshot } from './snapshot.js';
import type { Transaction } from './transaction.js';

/** What was written of a transaction: frozen values, so that what is another one has changed. */
interface Written {
  readonly configuration: ContextConfiguration;
  readonly snapshot: TransactionSnapshot;
}

export class SupervisorJournal implements JournalSource {
  readonly #transactions: () => ReadonlyMap<TransactionId, Transaction>;
  readonly #once: Once<CommandAnswer>;
  #written = new Map<TransactionId, Written>();
  #answered: ReadonlySet<string> = new Set();

  constructor(transactions: () => ReadonlyMap<TransactionId, Transaction>, once: Once<CommandAnswer>) {
    this.#transactions = transactions;
    this.#once = once;
  }

  whole(): JournalContent {
    this.#written = new Map();
    this.#answered = new Set();
    const transactions = [...this.#transactions().values()].map((transaction) => ({
      ...this.#composeChange(transaction, undefined),
      configuration: transaction.configuration,
    }));
    return { transactions, answers: this.#composeAnswers() };
  }

  changes(): JournalChange | undefined {
    const transactions = this.#transactions();
    if ([...this.#written.keys()].some((id) => !transactions.has(id))) return undefined;
    const changed = [...transactions.values()].flatMap((transaction) => {
      const written = this.#written.get(transaction.id);
      const { configuration, snapshot } = transaction;
      const isSame = written?.snapshot === snapshot && written.configuration === configuration;
      return isSame ? [] : [this.#composeChange(transaction, written)];
    });
    return { transactions: changed, answers: this.#composeAnswers() };
  }

  #composeChange(
    transaction: Transaction,
    written: Written | undefined,
  ): JournalChange['transactions'][number] {
    const { id, configuration, snapshot, history } = transaction;
    this.#written.set(id, { configuration, snapshot });
    const before = written?.snapshot.services;
    const newRecords = Math.min(snapshot.records - (written?.snapshot.records ?? 0), KEPT_RECORDS);
    return {
      id,
      ...(configuration === written?.configuration ? {} : { configuration }),
      records: snapshot.records,
      services: [...snapshot.services.values()]
        .filter((service) => before?.get(service.definition.id) !== service)
        .map(journalService),
      history: newRecords === 0 ? [] : history.slice(-newRecords),
    };
  }

  #composeAnswers(): JournalContent['answers'] {
    const all = this.#once.remembered();
    const given = all.filter(([messageId]) => !this.#answered.has(messageId));
    if (given.length > 0) this.#answered = new Set(all.map(([messageId]) => messageId));
    return given.map(([messageId, answer]) => ({ messageId, ...answer }));
  }
}

function journalService(service: ServiceSnapshot): JournaledService {
  const { definition, ...rest } = service;
  return { ...rest, id: definition.id };
}
