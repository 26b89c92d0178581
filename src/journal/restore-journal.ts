// Reads what an earlier provider of the same context wrote, and restores its transactions.

import type { ContextFile } from '../model/read/read-context.js';
import { createTransaction, type Transaction } from '../supervision/transaction.js';
import { readJournal, type JournalReadResult } from './journal.js';
import type { JournalContent, JournaledTransaction } from './journal-format.js';
import { checkOrigin, originOf } from './journal-origin.js';

export interface RestoreOptions {
  readonly file: ContextFile;
  readonly stateFolder: string;
  /** The present time, in milliseconds since the epoch. */
  readonly nowMs: number;
  readonly warn: (text: string) => void;
}

export interface RestoredJournal {
  readonly transactions: readonly Transaction[];
  /** The answers to commands, oldest first. */
  readonly answers: JournalContent['answers'];
}

/** Warns about a damaged journal. Throws CTX_JOURNAL_FOREIGN for the journal of another context. */
export function restoreJournal({ file, stateFolder, nowMs, warn }: RestoreOptions): RestoredJournal {
  const reading = readJournal(stateFolder);
  const { content, fault } = reading;
  if (content !== undefined) checkOrigin(content, originOf(file), stateFolder);
  if (fault !== undefined) warn(`${fault}; ${describeFallback(reading)}`);
  const { transactions = [], answers = [] } = content ?? {};
  return { transactions: transactions.map((each) => restoreTransaction(each, nowMs)), answers };
}

function restoreTransaction(journaled: JournaledTransaction, nowMs: number): Transaction {
  const { id, configuration, records, services, history } = journaled;
  const transaction = createTransaction(id, configuration, nowMs);
  transaction.history.push(...history);
  const known = new Map(transaction.snapshot.services);
  for (const { id: serviceId, ...service } of services) {
    const created = known.get(serviceId);
    if (created !== undefined) known.set(serviceId, { ...created, ...service });
  }
  transaction.snapshot = { ...transaction.snapshot, services: known, records };
  return transaction;
}

function describeFallback({ content, isLastGood }: JournalReadResult): string {
  if (content === undefined) return 'the provider starts without a journal';
  return isLastGood ? 'the last good journal is used' : 'the part before that is used';
}
