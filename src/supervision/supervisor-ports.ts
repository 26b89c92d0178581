// What the supervisor is given by the rest of the provider, and what it keeps of each run.

import type { Clock } from '../base/clock.js';
import type { TaskService } from '../model/context.js';
import type { HostBootstrap } from '../messages/host-bootstrap.js';
import type { ServiceEventMessage } from '../messages/service-event.js';
import type { LaunchedService, Launcher, LaunchRequest } from '../launcher/launcher.js';
import type { HistoryRecord, ReportedStatus } from './snapshot.js';
import type { Transaction } from './transaction.js';

/** What the supervisor needs of the rest of the provider. */
export interface SupervisorPorts {
  readonly clock: Clock;
  readonly launcher: Launcher;
  /** What a service runs: its compiled code, or its program. Throws SVC_ errors. */
  readonly prepare: (service: TaskService) => Promise<PreparedCode>;
  readonly bootstrap: (
    transaction: Transaction,
    service: TaskService,
    code: Omit<PreparedCode, 'env'>,
  ) => HostBootstrap;
  readonly logFile: (transaction: Transaction, service: TaskService) => string;
  readonly workingFolder: string;
  /** Marks every process of a run, so that a later provider finds them. */
  readonly token: (transaction: Transaction, service: TaskService, run: number) => string;
  /** Sends a process command; returns whether the service hears it. */
  readonly command: (transaction: Transaction, service: TaskService, action: 'start' | 'stop') => boolean;
  /** Says on the plain topic `process` that a service is to start. */
  readonly tellStart: (transaction: Transaction, service: TaskService) => void;
  readonly report: (transaction: Transaction, service: TaskService, event: ReportEvent) => void;
  readonly changed: (transaction: Transaction) => void;
  /** Only records and causes are new: nothing that anybody is told. */
  readonly noted: () => void;
  readonly recorded: (transaction: Transaction, record: HistoryRecord) => void;
}

export interface PreparedCode
  extends Pick<HostBootstrap, 'module' | 'loader' | 'program'>, Pick<LaunchRequest, 'env'> {
  /** Names the code: another one exactly when it has changed. */
  readonly codeHash: string;
}

export interface ReportEvent {
  readonly action: ServiceEventMessage['header']['action'];
  readonly status: ReportedStatus;
}

/** A run between its launch and its end. */
export interface Running {
  readonly run: number;
  process: LaunchedService | undefined;
  /** Set when a stop came before there was a process to stop. */
  stop: { readonly atOnce: boolean } | undefined;
  leaveGate: () => void;
}
