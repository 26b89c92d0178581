// Describes an event of a service in one line, with the fields and errors of its task.

import type { ServiceEventBody } from '../../messages/service-event.js';

/** Fields that contextd sets; all others come from the task. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  'result',
  'device_action',
  'pid',
  'error',
  'reason',
  'exit_code',
  'signal',
  'killed',
  'not_ended',
]);

/** For example `failed (exit_code): ts_100 ended with exit code 3` or `updated {"shout":"..."}`. */
export function describeEvent({ header, content }: ServiceEventBody): string {
  const { status } = content;
  const reason = status.reason === undefined || status.reason === 'error' ? '' : ` (${status.reason})`;
  const error = status.error === undefined ? '' : `: ${status.error.message}${describePlace(status.error)}`;
  const pid = header.action === 'started' && status.pid !== undefined ? ` pid ${status.pid}` : '';
  const killed = Array.isArray(status.killed) ? `, had to kill ${status.killed.join(', ')}` : '';
  const notEnded = Array.isArray(status.not_ended) ? `, could not end ${status.not_ended.join(', ')}` : '';
  return `${header.action}${reason}${pid}${error}${killed}${notEnded}${describeItems(status)}`;
}

export function describePlace(error: Readonly<Record<string, unknown>>): string {
  const { file, line, message } = error;
  if (typeof file !== 'string' || String(message).includes(file)) return '';
  return ` (${file}${typeof line === 'number' ? `:${line}` : ''})`;
}

function describeItems(status: Readonly<Record<string, unknown>>): string {
  const items = Object.entries(status).filter(([key]) => !OWN_KEYS.has(key));
  return items.length === 0 ? '' : ` ${JSON.stringify(Object.fromEntries(items))}`;
}
