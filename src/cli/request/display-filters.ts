// Checks the filters of context_display: a name that no message can have would print nothing forever.

import { ContextdError } from '../../base/errors.js';
import { Client } from '../../client/client.js';
import type { FoundProvider } from '../../client/find-provider.js';
import type { ClientSecurity } from '../../bus/security.js';
import { CONTEXT_ACTIONS } from '../../messages/context-command.js';
import { PROCESS_ACTIONS } from '../../messages/process-command.js';
import { EVENT_ACTIONS } from '../../messages/service-event.js';
import { didYouMean } from '../../base/suggest.js';
import { ACTIONS } from '../arguments/actions.js';
import { usageError } from '../arguments/usage-errors.js';

const REQUESTS = [...CONTEXT_ACTIONS, ...PROCESS_ACTIONS, ...ACTIONS, 'samples'];
/** Actions of commands, queries and their replies, of events and of other published messages. */
export const SHOWN_ACTIONS: readonly string[] = [
  ...new Set([
    ...EVENT_ACTIONS,
    ...REQUESTS,
    ...REQUESTS.map((action) => `reply_${action}`),
    ...['heartbeat', 'monitor', 'update', 'running', 'ended'],
  ]),
];

/** Throws CLI_USAGE for an unknown action. */
export function checkShownActions(actions: readonly string[]): void {
  const unknown = actions.find((action) => !SHOWN_ACTIONS.includes(action));
  if (unknown === undefined) return;
  throw usageError(
    `no message has the action "${unknown}"`,
    didYouMean(unknown, SHOWN_ACTIONS) ??
      `events: ${EVENT_ACTIONS.join(', ')}; commands and queries: ${ACTIONS.join(', ')}`,
  );
}

export function unknownService(id: string, known: readonly string[]): ContextdError | undefined {
  if (known.includes(id)) return undefined;
  return new ContextdError('SVC_UNKNOWN', `there is no service "${id}"`, {
    hint: didYouMean(id, known) ?? (known.length === 0 ? undefined : `services: ${known.join(', ')}`),
  });
}

/** The ids of contexts and services that the provider knows; undefined if it does not answer or has none yet. */
export async function listServices(
  found: FoundProvider,
  security: ClientSecurity | undefined,
): Promise<readonly string[] | undefined> {
  try {
    const client = await Client.connect(found, { security });
    try {
      const { status } = await client.command({ action: 'list' });
      const ids = (status.transactions ?? []).flatMap(({ context_id: context, services }) => [
        context,
        ...services.map((each) => each.service_id),
      ]);
      return ids.length === 0 ? undefined : [...new Set(ids)];
    } finally {
      await client.close();
    }
  } catch {
    return undefined; // The display waits for the provider, so this is not an error here.
  }
}
