// The chain of causes that led to where a service stands, read from its transaction's history. Pure.

import type { HistoryRecord } from './snapshot.js';

/** From the command at the beginning to the last record; as far back as the history reaches. */
export function causalChain(history: readonly HistoryRecord[], last: number): readonly HistoryRecord[] {
  const byId = new Map(history.map((record) => [record.id, record]));
  const chain: HistoryRecord[] = [];
  for (let record = byId.get(last); record !== undefined; record = byId.get(record.cause))
    chain.unshift(record);
  return chain;
}
