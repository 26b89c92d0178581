// Reads the chain of causes of a service's present state from the history of its transaction. Pure.

import type { HistoryRecord } from '../messages/history.js';

/** Returns the records from the first command to the record `last`, as far back as the history reaches. */
export function causalChain(history: readonly HistoryRecord[], last: number): readonly HistoryRecord[] {
  const byId = new Map(history.map((record) => [record.id, record]));
  const chain: HistoryRecord[] = [];
  for (let record = byId.get(last); record !== undefined; record = byId.get(record.cause))
    chain.unshift(record);
  return chain;
}
