// One command while it is carried out: what it says, what it may use, how it is answered.

import type { Clock } from '../../base/clock.js';
import { ContextdError, type ErrorReport } from '../../base/errors.js';
import type { ContextConfiguration, TaskService } from '../../model/context.js';
import type { ContextCommandBody } from '../../messages/context-command.js';
import type { ReplyStatus, ServiceResult } from '../../messages/state.js';
import { isFailure } from '../settlement.js';
import type { Supervisor } from '../supervisor.js';
import type { Transaction } from '../transaction.js';

/** What commands need of the provider. */
export interface CommandPorts {
  readonly supervisor: Supervisor;
  readonly clock: Clock;
  /** Resolves when everything up to now is in the journal. */
  readonly persist: () => Promise<void>;
  /** The provider's own context file, for a start without a configuration. */
  readonly ownConfiguration: ContextConfiguration;
  /** Throws SVC_LOCATION_REFUSED for code this provider may not load. */
  readonly checkLocations: (services: readonly TaskService[]) => void;
}

export interface CommandAnswer {
  readonly status: ReplyStatus;
  /** The transaction acted on; new when the command named none. */
  readonly transaction: string;
}

export interface CommandCall {
  readonly ports: CommandPorts;
  readonly command: ContextCommandBody;
  /** The parsed configuration the command brought, if any. */
  readonly configuration: ContextConfiguration | undefined;
  readonly cause: string;
}

/**
 * To be awaited before anything is launched: the next provider would end what it does not know as a
 * stranger. Throws CTX_ENDING when this one began to end meanwhile.
 */
export async function persistForLaunch(ports: CommandPorts, transaction: Transaction): Promise<void> {
  await ports.persist();
  if (!transaction.isEnding) return;
  throw new ContextdError('CTX_ENDING', 'the provider is about to end', {
    hint: 'start it again with service_context FILE',
  });
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
