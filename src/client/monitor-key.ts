// Which key a Monitor has, as its provider says: others could speak in its place.

import { transactionInfoSchema } from '../messages/context-info.js';
import { noMonitorError } from './client-errors.js';
import { parseAnswer } from './replies.js';

/** The Monitor among other services. */
export const MONITOR_INSTANCE = 'Monitor';

/** From the answer to `request` about one transaction. Throws SVC_NO_MONITOR. */
export function readMonitorKey(transaction: string, reply: unknown): string {
  const { tasks } = parseAnswer(transactionInfoSchema, 'request', reply);
  const { key } = tasks.find(({ instance }) => instance === MONITOR_INSTANCE) ?? {};
  if (key === undefined) throw noMonitorError(transaction);
  return key;
}
