// What a command is executed with, and how its answer is composed.

import type { Clock } from '../../base/clock.js';
import type { KeyedQueue } from '../../base/keyed-queue.js';
import type { PrepareCode } from '../../launcher/prepare-code.js';
import type { ContextConfiguration, TaskService } from '../../model/context.js';
import type { ContextCommandBody } from '../../messages/context-command.js';
import { failure, type ReplyStatus, type ServiceResult } from '../../messages/state.js';
import type { Health } from '../../base/health.js';
import { isFailure } from '../../supervision/completion.js';
import type { Supervisor } from '../../supervision/supervisor.js';
import type { SecurityChange } from '../../security/client-acl.js';
import type { Transaction } from '../../supervision/transaction.js';
import type { TransactionStore } from '../../supervision/transaction-store.js';

/** The parts of a provider that commands use. */
export interface CommandPorts {
  readonly transactions: TransactionStore;
  readonly supervisor: Supervisor;
  readonly clock: Clock;
  /** Resolves when all changes so far are in the journal. */
  readonly persist: () => Promise<void>;
  /** The folder of the provider's own context; relative paths in the configuration of a command start there. */
  readonly folder: string;
  /** The configuration of the provider's own context, for a start without a configuration. */
  readonly ownConfiguration: ContextConfiguration;
  /** Called when a reload has replaced the configuration of a context. */
  readonly reloaded: (configuration: ContextConfiguration) => void;
  /** Throws SVC_LOCATION_REFUSED or SVC_PROGRAM_REFUSED for code that this provider may not run. */
  readonly checkCode: (services: readonly TaskService[]) => void;
  /** Prepares the code of a service as its launch does. Throws SVC_ errors. */
  readonly prepare: PrepareCode;
  /** Keeps the order of commands to one transaction while one of them waits for a check of its code. */
  readonly queue: KeyedQueue;
  /** Reads the clients of the provider's own file again; changes nothing in a dry run. */
  readonly reloadClients: (isDryRun: boolean) => Promise<SecurityChange>;
  /** The faults of the provider itself. */
  readonly health: Health;
  /** Throws CTX_ENDING when the provider is shutting down. */
  readonly checkOpen: () => void;
}

export interface CommandAnswer {
  readonly status: ReplyStatus;
  /** The id of the transaction that the command changed, or of the new one. */
  readonly transaction: string;
}

export interface CommandContext {
  readonly ports: CommandPorts;
  readonly command: ContextCommandBody;
  /** The parsed configuration of the command; undefined when it has none. */
  readonly configuration: ContextConfiguration | undefined;
  /** The message id of the command, for the history. */
  readonly cause: string;
}

/**
 * Must be called before services are launched: the next provider ends a run that is not in its journal. Launches wait for
 * the journal; the next command does not.
 */
export function persistForLaunch(ports: CommandPorts, transaction: Transaction): void {
  transaction.journaled = ports.persist();
}

export function summarize(services: readonly ServiceResult[]): ReplyStatus {
  const failed = services.find(isFailure);
  return failed?.error === undefined
    ? { result: 'success', services: [...services] }
    : { ...failure(failed.error), services: [...services] };
}
