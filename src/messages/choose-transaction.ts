// Which transaction a command or question means when it names none.

import { ContextdError } from '../base/errors.js';

/** A transaction as it is chosen from. */
export interface Choice {
  readonly id: string;
  readonly contextId: string;
  /** No service of it has a process, or waits to be started again. */
  readonly isStopped: boolean;
}

/**
 * The only one of `all` that is not stopped; when all are stopped, the only one there is. Undefined when there is none.
 * Throws CTX_AMBIGUOUS, which lists the possible ones.
 *
 * @example
 * chooseTransaction([{ id: 'T1', contextId: 'c', isStopped: true }, { id: 'T2', contextId: 'c', isStopped: false }]) // T2
 */
export function chooseTransaction<T extends Choice>(all: readonly T[]): T | undefined {
  const running = all.filter((each) => !each.isStopped);
  const [only, ...more] = running.length === 0 ? all : running;
  if (only === undefined || more.length === 0) return only;
  const possible = [only, ...more];
  const list = possible.map(describe).join(', ');
  throw new ContextdError('CTX_AMBIGUOUS', `no transaction is named, and several are possible: ${list}`, {
    hint: `name one with --transaction: ${possible.map(({ id }) => id).join(', ')}`,
  });
}

function describe({ id, contextId, isStopped }: Choice): string {
  return `${id} of ${contextId} (${isStopped ? 'stopped' : 'running'})`;
}

/** Whether a service that stands there has no process, and is not about to get one. */
export function isStoppedService(service: { readonly state: string; readonly pid: number | null }): boolean {
  return service.pid === null && !['starting', 'stopping', 'backoff'].includes(service.state);
}
