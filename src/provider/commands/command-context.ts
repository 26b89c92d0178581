// One command while it is carried out: what it says, what it may use, how it is answered.

import type { Clock } from '../../base/clock.js';
import type { ErrorReport } from '../../base/errors.js';
import type { ContextConfiguration, TaskService } from '../../model/context.js';
import type { ContextCommandBody } from '../../messages/context-command.js';
import type { ReplyStatus, ServiceResult } from '../../messages/state.js';
import type { Health } from '../../base/health.js';
import { isFailure } from '../../supervision/completion.js';
import type { Supervisor } from '../../supervision/supervisor.js';
import type { SecurityChange } from '../../security/client-acl.js';
import type { SupervisorPorts } from '../../supervision/supervisor-ports.js';
import type { Transaction } from '../../supervision/transaction.js';
import type { KeyedQueue } from './keyed-queue.js';

/** What commands need of the provider. */
export interface CommandPorts {
  readonly supervisor: Supervisor;
  readonly clock: Clock;
  /** Resolves when everything up to now is in the journal. */
  readonly persist: () => Promise<void>;
  /** Where relative paths of a command's configuration start: the folder of the provider's own context. */
  readonly folder: string;
  /** The provider's own context file, for a start without a configuration. */
  readonly ownConfiguration: ContextConfiguration;
  /** A reload has replaced the configuration of a context; the provider's own one is remembered. */
  readonly reloaded: (configuration: ContextConfiguration) => void;
  /** Throws SVC_LOCATION_REFUSED or SVC_PROGRAM_REFUSED for code that this provider may not run. */
  readonly checkCode: (services: readonly TaskService[]) => void;
  /** Makes ready what a service runs, as its launch does. */
  readonly prepare: SupervisorPorts['prepare'];
  readonly turns: KeyedQueue;
  /** Takes over the clients of the provider's own file as it is now. */
  readonly reloadClients: (isDryRun: boolean) => Promise<SecurityChange>;
  /** What is wrong with the provider itself. */
  readonly health: Health;
  /** Throws CTX_ENDING when nothing may be started any more. */
  readonly checkOpen: () => void;
}

export interface CommandAnswer {
  readonly status: ReplyStatus;
  /** The transaction acted on; new when the command named none. */
  readonly transaction: string;
}

export interface CommandContext {
  readonly ports: CommandPorts;
  readonly command: ContextCommandBody;
  /** The parsed configuration the command brought, if any. */
  readonly configuration: ContextConfiguration | undefined;
  readonly cause: string;
}

/**
 * Before services are asked to run: what is launched must be known to the next provider, which would end it
 * as a stranger. The launches wait for that; the order of commands does not.
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

export function failure(error: ErrorReport): ReplyStatus {
  return { result: 'failure', error, services: [] };
}
