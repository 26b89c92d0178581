// Checks that the new code of running services exists and compiles, before they are stopped.

import { reportError } from '../../base/errors.js';
import type { ServiceId } from '../../base/ids.js';
import type { PreparedCode } from '../../launcher/prepare-code.js';
import type { ServiceResult } from '../../messages/state.js';
import type { TaskService } from '../../model/context.js';
import type { Transaction } from '../../supervision/transaction.js';
import { summarize, type CommandAnswer, type CommandContext } from './command-context.js';

/** The prepared code of each service that was checked. */
export type CheckedCode = ReadonlyMap<ServiceId, PreparedCode>;

/**
 * Calls `act` when the code of `services` is in order; else changes nothing and answers with the faulty services. Checks
 * only running services: for others a start is no risk. An error that a module throws while it is loaded is not found.
 */
export async function preflightCode(
  context: CommandContext,
  { transaction, services }: { readonly transaction: Transaction; readonly services: readonly TaskService[] },
  act: (code: CheckedCode) => Promise<CommandAnswer>,
): Promise<CommandAnswer> {
  const { queue, checkOpen, prepare } = context.ports;
  const running = services.filter(({ id }) => isRunning(transaction, id));
  const code = new Map<ServiceId, PreparedCode>();
  if (running.length === 0) return await act(code);
  const faults: ServiceResult[] = [];
  const checkOne = async (service: TaskService) => {
    try {
      code.set(service.id, await prepare(service));
    } catch (cause) {
      faults.push(describeFault(transaction, service, cause));
    }
  };
  const check = Promise.all(running.map(checkOne)).then(() => undefined);
  return await queue.hold(transaction.id, check, async () => {
    if (faults.length > 0) return { status: summarize(faults), transaction: transaction.id };
    checkOpen();
    return await act(code);
  });
}

function isRunning(transaction: Transaction, id: TaskService['id']): boolean {
  const service = transaction.snapshot.services.get(id);
  return service !== undefined && service.isAlive && service.status !== 'stopping';
}

function describeFault(transaction: Transaction, service: TaskService, cause: unknown): ServiceResult {
  const { hint, ...report } = reportError(cause, 'SVC_LAUNCH_FAILED');
  const known = transaction.snapshot.services.get(service.id);
  const consequence = 'no service was stopped: all keep running as before';
  return {
    service_id: service.id,
    state: known?.status ?? 'unknown',
    pid: known?.pid ?? null,
    error: { ...report, hint: hint === undefined ? consequence : `${hint}; ${consequence}` },
  };
}
