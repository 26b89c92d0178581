// Chooses the process or thread to measure for a service.

import type { Target } from '../sampler/sample.js';
import type { ServiceSnapshot } from './snapshot.js';
import type { Transaction } from './transaction.js';

/** Returns the thread of a thread service, the process of any other; undefined without a process. */
export function targetOf(
  { liveness: liveness }: Transaction,
  { definition, isAlive, pid }: ServiceSnapshot,
): Target | undefined {
  if (!isAlive || pid === undefined) return undefined;
  const tid = definition.serviceType === 'Thread' ? liveness.get(definition.id)?.tid : undefined;
  return tid === undefined ? { pid } : { pid, tid };
}
