// Composes the content of the journal from transactions and answers: all of it, or what has changed since the last time.

import type { TransactionId } from '../base/ids.js';
import type { ReplyStatus } from '../messages/state.js';
import type { ContextConfiguration } from '../model/context.js';
import type { ContextFile } from '../model/read/read-context.js';
import type { ServiceSnapshot, TransactionSnapshot } from '../supervision/snapshot.js';
import type { Transaction } from '../supervision/transaction.js';
import type { TransactionStore } from '../supervision/transaction-store.js';
import {
  MAX_RECORDS,
  type JournalChange,
  type JournalContent,
  type JournaledService,
  type JournalOrigin,
} from './journal-format.js';
import { originOf } from './journal-origin.js';
import type { JournalSource } from './journal-writer.js';

/** The answers to commands, which the next provider gives again. */
export interface AnswerLog {
  /** Returns the number of all answers so far, and those after the first `since` of them, oldest first. */
  settled(since: number): {
    readonly count: number;
    readonly answers: readonly {
      readonly messageId: string;
      readonly answer: { readonly status: ReplyStatus; readonly transaction: string };
      readonly atMs: number;
    }[];
  };
}

/** What was written of a transaction. Both values are immutable: a different object means a change. */
interface Written {
  readonly configuration: ContextConfiguration;
  readonly snapshot: TransactionSnapshot;
}

export class SupervisorJournal implements JournalSource {
  readonly #transactions: TransactionStore;
  readonly #answers: AnswerLog;
  readonly #origin: JournalOrigin;
  #written = new Map<TransactionId, Written>();
  #answered = 0;

  constructor(transactions: TransactionStore, answers: AnswerLog, file: ContextFile) {
    this.#transactions = transactions;
    this.#answers = answers;
    this.#origin = originOf(file);
  }

  fullContent(): JournalContent {
    this.#written = new Map();
    this.#answered = 0;
    const transactions = this.#transactions.all.map((transaction) => ({
      ...this.#composeChange(transaction, undefined),
      configuration: transaction.configuration,
    }));
    return { origin: this.#origin, transactions, answers: this.#composeAnswers() };
  }

  changes(): JournalChange {
    const gone = [...this.#written.keys()].filter((id) => this.#transactions.get(id) === undefined);
    for (const id of gone) this.#written.delete(id);
    const changed = this.#transactions.all.flatMap((transaction) => {
      const written = this.#written.get(transaction.id);
      const { configuration, snapshot } = transaction;
      const isSame = written?.snapshot === snapshot && written.configuration === configuration;
      return isSame ? [] : [this.#composeChange(transaction, written)];
    });
    return { gone, transactions: changed, answers: this.#composeAnswers() };
  }

  #composeChange(
    transaction: Transaction,
    written: Written | undefined,
  ): JournalChange['transactions'][number] {
    const { id, configuration, snapshot, history } = transaction;
    this.#written.set(id, { configuration, snapshot });
    const before = written?.snapshot.services;
    const newRecords = Math.min(snapshot.records - (written?.snapshot.records ?? 0), MAX_RECORDS);
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
    const { count, answers } = this.#answers.settled(this.#answered);
    this.#answered = count;
    return answers.map(({ messageId, answer, atMs }) => ({ messageId, ...answer, atMs }));
  }
}

function journalService({ definition, ...service }: ServiceSnapshot): JournaledService {
  return { ...service, id: definition.id };
}
