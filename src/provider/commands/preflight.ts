// Before something that runs is stopped for its successor: whether the successor's code is there and compiles.

import { reportError } from '../../base/errors.js';
import type { ServiceId } from '../../base/ids.js';
import type { TaskService } from '../../model/context.js';
import type { ServiceResult } from '../../messages/state.js';
import type { PreparedCode } from '../../launcher/prepare-code.js';
import type { Transaction } from '../../supervision/transaction.js';
import { summarize, type CommandAnswer, type CommandContext } from './command-context.js';

/** The code of each service that was looked at. */
export type FoundCode = ReadonlyMap<ServiceId, PreparedCode>;

/**
 * Acts once the code of `services` was found to be in order; else nothing is changed, and the answer names the
 * services whose code is not. Only those that run are looked at: for others a start is no risk. What a module
 * does when it is loaded shows in its own process alone.
 */
export async function preflightCode(
  call: CommandContext,
  { transaction, services }: { readonly transaction: Transaction; readonly services: readonly TaskService[] },
  act: (found: FoundCode) => Promise<CommandAnswer>,
): Promise<CommandAnswer> {
  const { turns, checkOpen } = call.ports;
  const running = services.filter(({ id }) => isRunning(transaction, id));
  const found = new Map<ServiceId, PreparedCode>();
  if (running.length === 0) return await act(found);
  const faults: ServiceResult[] = [];
  const look = async (service: TaskService) => {
    try {
      found.set(service.id, await call.ports.prepare(service));
    } catch (cause) {
      faults.push(composeFault(transaction, service, cause));
    }
  };
  const looked = Promise.all(running.map(look)).then(() => undefined);
  return await turns.look(transaction.id, looked, async () => {
    if (faults.length > 0) return { status: summarize(faults), transaction: transaction.id };
    checkOpen();
    return await act(found);
  });
}

function isRunning(transaction: Transaction, id: TaskService['id']): boolean {
  const service = transaction.snapshot.services.get(id);
  return service !== undefined && service.isAlive && service.status !== 'stopping';
}

function composeFault(transaction: Transaction, service: TaskService, cause: unknown): ServiceResult {
  const { hint, ...report } = reportError(cause, 'SVC_LAUNCH_FAILED');
  const known = transaction.snapshot.services.get(service.id);
  const consequence = 'nothing was stopped: what ran goes on as it was';
  return {
    service_id: service.id,
    state: known?.status ?? 'unknown',
    pid: known?.pid ?? null,
    error: { ...report, hint: hint === undefined ? consequence : `${hint}; ${consequence}` },
  };
}
