// What context_display may be asked to show alone: a name that nothing ever has would show nothing, for ever.

import { ContextdError } from '../base/errors.js';
import { Client } from '../client/client.js';
import type { FoundProvider } from '../client/find-provider.js';
import type { ClientSecurity } from '../bus/security.js';
import { CONTEXT_ACTIONS } from '../messages/context-command.js';
import { PROCESS_ACTIONS } from '../messages/process-command.js';
import { EVENT_ACTIONS } from '../messages/service-event.js';
import { didYouMean } from '../base/suggest.js';
import { ACTIONS } from './send-command.js';

const ASKED = [...CONTEXT_ACTIONS, ...PROCESS_ACTIONS, ...ACTIONS, 'samples'];
/** Of commands and questions, of their answers, of events, and of what is published by itself. */
export const SHOWN_ACTIONS: readonly string[] = [
  ...new Set([
    ...EVENT_ACTIONS,
    ...ASKED,
    ...ASKED.map((action) => `reply_${action}`),
    ...['heartbeat', 'monitor', 'update', 'running', 'ended'],
  ]),
];

/** Throws CLI_USAGE. */
export function checkShownActions(actions: readonly string[]): void {
  const unknown = actions.find((action) => !SHOWN_ACTIONS.includes(action));
  if (unknown === undefined) return;
  throw new ContextdError('CLI_USAGE', `no message has the action "${unknown}"`, {
    hint:
      didYouMean(unknown, SHOWN_ACTIONS) ??
      `events are ${EVENT_ACTIONS.join(', ')}; commands and questions are ${ACTIONS.join(', ')}`,
  });
}

export function unknownService(id: string, known: readonly string[]): ContextdError | undefined {
  if (known.includes(id)) return undefined;
  return new ContextdError('SVC_UNKNOWN', `there is no service "${id}"`, {
    hint: didYouMean(id, known) ?? (known.length === 0 ? undefined : `services are ${known.join(', ')}`),
  });
}

/** The ids that the provider knows; undefined where it does not answer, or has nothing yet. */
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
    return undefined; // It is looked for anyway, and may come.
  }
}
