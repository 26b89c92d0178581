// What of a provider goes into its journal: everything, or what has changed since the last time.

import type { TransactionId } from '../base/ids.js';
import type { ContextConfiguration } from '../model/context.js';
import type { ContextFile } from '../model/read/read-context.js';
import type { CommandAnswer } from './commands/command-context.js';
import {
  MAX_RECORDS,
  type JournalChange,
  type JournalContent,
  type JournaledService,
  type JournalOrigin,
} from '../journal/journal.js';
import { originOf } from '../journal/journal-origin.js';
import type { JournalSource } from '../journal/journal-writer.js';
import type { IdempotencyCache } from './idempotency-cache.js';
import type { ServiceSnapshot, TransactionSnapshot } from '../supervision/snapshot.js';
import type { Transaction } from '../supervision/transaction.js';

/** What was written of a transaction: frozen values, so that what is another one has changed. */
interface Written {
  readonly configuration: ContextConfiguration;
  readonly snapshot: TransactionSnapshot;
}

export class SupervisorJournal implements JournalSource {
  readonly #transactions: () => ReadonlyMap<TransactionId, Transaction>;
  readonly #once: IdempotencyCache<CommandAnswer>;
  readonly #origin: JournalOrigin;
  #written = new Map<TransactionId, Written>();
  #answered = 0;

  constructor(
    transactions: () => ReadonlyMap<TransactionId, Transaction>,
    once: IdempotencyCache<CommandAnswer>,
    file: ContextFile,
  ) {
    this.#transactions = transactions;
    this.#once = once;
    this.#origin = originOf(file);
  }

  fullContent(): JournalContent {
    this.#written = new Map();
    this.#answered = 0;
    const transactions = [...this.#transactions().values()].map((transaction) => ({
      ...this.#composeChange(transaction, undefined),
      configuration: transaction.configuration,
    }));
    return { origin: this.#origin, transactions, answers: this.#composeAnswers() };
  }

  changes(): JournalChange {
    const transactions = this.#transactions();
    const gone = [...this.#written.keys()].filter((id) => !transactions.has(id));
    for (const id of gone) this.#written.delete(id);
    const changed = [...transactions.values()].flatMap((transaction) => {
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
    const { count, answers } = this.#once.settled(this.#answered);
    this.#answered = count;
    return answers.map(({ messageId, answer, atMs }) => ({ messageId, ...answer, atMs }));
  }
}

/** Files keep the names of their first version, so that every provider can read what another one wrote. */
function journalService(service: ServiceSnapshot): JournaledService {
  const { definition, reportedEnd: said, pendingStart: next, triggersSuppressed: isQuiet, ...rest } = service;
  return { ...rest, id: definition.id, said, next, isQuiet };
}

/** The other way round; what a service is, its context says. */
export function restoreService(journaled: JournaledService): Omit<ServiceSnapshot, 'definition'> {
  const { status, run, isAlive, pid, codeHash, lastAction, restartsMs, reason, error, sinceMs, cause } =
    journaled;
  const state = {
    status,
    run,
    isAlive,
    pid,
    codeHash,
    lastAction,
    restartsMs,
    reason,
    error,
    sinceMs,
    cause,
  };
  const { said: reportedEnd, next: pendingStart, isQuiet: triggersSuppressed } = journaled;
  return { ...state, reportedEnd, pendingStart, triggersSuppressed };
}
