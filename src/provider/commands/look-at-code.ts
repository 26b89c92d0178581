// Before something that runs is stopped for its successor: whether the successor's code is there and compiles.

import { reportError } from '../../base/errors.js';
import type { TaskService } from '../../model/context.js';
import type { ServiceResult } from '../../messages/state.js';
import type { Transaction } from '../transaction.js';
import { summarize, type CommandAnswer, type CommandCall } from './call.js';

/**
 * Acts once the code of `services` was found to be in order; else nothing is changed, and the answer names the
 * services whose code is not. Only those that run are looked at: for others a start is no risk. What a module
 * does when it is loaded shows in its own process alone.
 */
export async function lookAtCode(
  call: CommandCall,
  { transaction, services }: { readonly transaction: Transaction; readonly services: readonly TaskService[] },
  act: () => Promise<CommandAnswer>,
): Promise<CommandAnswer> {
  const { turns, checkOpen } = call.ports;
  const running = services.filter(({ id }) => isRunning(transaction, id));
  if (running.length === 0) return await act();
  const faults: ServiceResult[] = [];
  const look = async (service: TaskService) => {
    const fault = await faultOf(call, transaction, service);
    if (fault !== undefined) faults.push(fault);
  };
  const looked = Promise.all(running.map(look)).then(() => undefined);
  return await turns.look(transaction.id, looked, async () => {
    if (faults.length > 0) return { status: summarize(faults), transaction: transaction.id };
    checkOpen();
    return await act();
  });
}

function isRunning(transaction: Transaction, id: TaskService['id']): boolean {
  const service = transaction.snapshot.services.get(id);
  return service !== undefined && service.isAlive && service.status !== 'stopping';
}

async function faultOf(
  { ports }: CommandCall,
  transaction: Transaction,
  service: TaskService,
): Promise<ServiceResult | undefined> {
  try {
    await ports.prepare(service);
    return undefined;
  } catch (cause) {
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
}
