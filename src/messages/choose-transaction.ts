// Chooses the transaction for a command or request that does not specify one.

import { ContextdError } from '../base/errors.js';

/** A transaction to choose from. */
export interface TransactionChoice {
  readonly id: string;
  readonly contextId: string;
  /** None of its services has a process or is about to start. */
  readonly isStopped: boolean;
}

/**
 * Returns the only transaction that is not stopped, or, if all are stopped, the only one. Returns undefined if `all` is
 * empty. Throws CTX_AMBIGUOUS with the list of candidates.
 *
 * @example
 * chooseTransaction([{ id: 'T1', contextId: 'c', isStopped: true }, { id: 'T2', contextId: 'c', isStopped: false }]) // T2
 */
export function chooseTransaction<T extends TransactionChoice>(all: readonly T[]): T | undefined {
  const running = all.filter((each) => !each.isStopped);
  const [only, ...more] = running.length === 0 ? all : running;
  if (only === undefined || more.length === 0) return only;
  const possible = [only, ...more];
  const list = possible.map(describe).join(', ');
  throw new ContextdError('CTX_AMBIGUOUS', `several transactions exist: ${list}`, {
    hint: `pass --transaction with one of ${possible.map(({ id }) => id).join(', ')}`,
  });
}

function describe({ id, contextId, isStopped }: TransactionChoice): string {
  return `${id} of ${contextId} (${isStopped ? 'stopped' : 'running'})`;
}

/** Whether a service has no process and is not about to get one. */
export function isStoppedService(service: { readonly state: string; readonly pid: number | null }): boolean {
  return service.pid === null && !['starting', 'stopping', 'backoff'].includes(service.state);
}
