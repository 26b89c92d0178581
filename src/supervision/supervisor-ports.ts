// The functions that the supervisor needs from the rest of the provider.

import type { Clock } from '../base/clock.js';
import type { RandomSource } from '../base/random.js';
import type { TaskService } from '../model/context.js';
import type { HistoryRecord } from '../messages/history.js';
import type { RunBootstrap } from '../messages/host-bootstrap.js';
import type { ServiceEventMessage } from '../messages/service-event.js';
import type { Launcher } from '../launcher/launcher.js';
import type { PrepareCode, PreparedCode } from '../launcher/prepare-code.js';
import type { ReportedStatus } from './snapshot.js';
import type { Transaction } from './transaction.js';
import type { TransactionStore } from './transaction-store.js';

export interface SupervisorPorts {
  readonly clock: Clock;
  /** Sets the jitter of back-offs. */
  readonly random: Pick<RandomSource, 'fraction'>;
  readonly transactions: TransactionStore;
  readonly launcher: Launcher;
  /** Compiles the code of a service or locates its program. Throws SVC_ errors. */
  readonly prepare: PrepareCode;
  readonly bootstrap: (
    transaction: Transaction,
    service: TaskService,
    code: Omit<PreparedCode, 'env'>,
  ) => RunBootstrap;
  /** The run token, by which a later provider finds the processes of a run. */
  readonly token: (transaction: Transaction, service: TaskService, run: number) => string;
  readonly outbox: SupervisorOutbox;
  /** Called after each event: the journal is behind. */
  readonly saveLater: () => void;
  readonly onRecord: (transaction: Transaction, record: HistoryRecord) => void;
}

export interface SupervisorOutbox {
  /** Sends a process command; returns whether the service is subscribed to it. */
  command(transaction: Transaction, service: TaskService, action: 'start' | 'stop'): boolean;
  /** Publishes the start command of a service on the plain topic `process`. */
  publishStart(transaction: Transaction, service: TaskService): void;
  report(transaction: Transaction, service: TaskService, event: ReportEvent): void;
  /** Publishes the context information of a transaction, which has changed. */
  onChange(transaction: Transaction): void;
}

export interface ReportEvent {
  readonly action: ServiceEventMessage['header']['action'];
  readonly status: ReportedStatus;
  readonly runToken: string | undefined;
}
