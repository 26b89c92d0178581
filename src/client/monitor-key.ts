// The public key of a Monitor, as its provider reports it; a key from any other source could be forged.

import { transactionInfoSchema } from '../messages/context-info.js';
import { noMonitorError } from './client-errors.js';
import { parseAnswer } from './replies.js';

/** The `instance` of a task service that is a Monitor. */
export const MONITOR_INSTANCE = 'Monitor';

/** Reads it from the answer to `request` about one transaction. Throws SVC_NO_MONITOR. */
export function readMonitorKey(transaction: string, reply: unknown): string {
  const { tasks } = parseAnswer(transactionInfoSchema, 'request', reply);
  const { key } = tasks.find(({ instance }) => instance === MONITOR_INSTANCE) ?? {};
  if (key === undefined) throw noMonitorError(transaction);
  return key;
}
