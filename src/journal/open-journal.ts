// Opens what a provider keeps on disk: the lock of its state folder, its journal, and the monitor of its files.

import type { Closers } from '../base/closers.js';
import type { Clock } from '../base/clock.js';
import type { Health } from '../base/health.js';
import type { RegistryEntry } from '../bus/registry.js';
import type { ContextFile } from '../model/read/read-context.js';
import type { TransactionStore } from '../supervision/transaction-store.js';
import { FileMonitor } from './file-monitor.js';
import { SupervisorJournal, type AnswerLog } from './journal-source.js';
import { JournalWriter } from './journal-writer.js';
import { MonitoredLock, monitoredSockets, MonitoredRegistration } from './recreated-files.js';

/** Throws CTX_JOURNAL_HELD when another provider of this context runs. */
export async function openLock(
  stateFolder: string,
  contextId: string,
  closers: Closers,
): Promise<MonitoredLock> {
  const lock = await MonitoredLock.acquire(stateFolder, contextId);
  closers.add(() => lock.release());
  return lock;
}

export interface JournalOptions {
  readonly file: ContextFile;
  readonly stateFolder: string;
  readonly clock: Clock;
  readonly health: Health;
  readonly transactions: TransactionStore;
  readonly answers: AnswerLog;
}

/** Opens the journal of all transactions and answers. */
export function openJournal(
  { file, stateFolder, clock, health, transactions, answers }: JournalOptions,
  closers: Closers,
): JournalWriter {
  const source = new SupervisorJournal(transactions, answers, file);
  const journal = new JournalWriter(stateFolder, { clock, source, health });
  closers.add(() => journal.stop());
  return journal;
}

export interface FileMonitorOptions {
  readonly clock: Clock;
  readonly health: Health;
  readonly warn: (text: string) => void;
  readonly lock: MonitoredLock;
  readonly journal: JournalWriter;
  /** Registers the provider on this machine; its sockets are monitored as well. */
  readonly entry: RegistryEntry;
  /** Called when another provider has taken the lock. */
  readonly lost: () => void;
}

/** Registers the provider; recreates its files when they are removed, until it closes. */
export async function openFileMonitor(options: FileMonitorOptions, closers: Closers): Promise<void> {
  const { clock, health, warn, lock, journal, entry, lost } = options;
  const registered = await MonitoredRegistration.open(entry, warn);
  closers.add(() => registered.release());
  const files = [
    lock.monitoredFile(lost),
    journal.monitoredFile,
    registered.monitoredFile,
    ...monitoredSockets(entry.endpoints),
  ];
  const monitor = new FileMonitor({ clock, health }, files);
  await monitor.check();
  closers.add(() => monitor.close());
}
