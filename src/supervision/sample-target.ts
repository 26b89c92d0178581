// Which process, or thread, is measured for a service.

import type { Target } from '../sampler/sample.js';
import type { ServiceSnapshot } from './snapshot.js';
import type { Transaction } from './transaction.js';

/** Of a service in a thread, that thread. */
export function targetOf(
  { vitals }: Transaction,
  { definition, isAlive, pid }: ServiceSnapshot,
): Target | undefined {
  if (!isAlive || pid === undefined) return undefined;
  const tid = definition.serviceType === 'Thread' ? vitals.get(definition.id)?.tid : undefined;
  return tid === undefined ? { pid } : { pid, tid };
}
