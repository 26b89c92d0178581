// Fetches the state of all services of the provider that a command means.

import { Client } from '../../client/client.js';
import { findProvider, type FoundProvider } from '../../client/find-provider.js';
import type { ReplyStatus, ServiceResult } from '../../messages/state.js';
import type { Terminal } from '../terminal/terminal.js';
import { readHints, withClient, type ConnectionArguments } from './connect.js';

export interface ListedService extends ServiceResult {
  readonly transaction: string;
  readonly context_id: string;
}

export interface ServiceList {
  readonly provider: FoundProvider;
  readonly services: readonly ListedService[];
  /** Faults of the provider itself. */
  readonly faults: NonNullable<ReplyStatus['faults']>;
}

/** `near` are the context files of the current folder. Throws the errors of `findProvider` and `Client.connect`. */
export async function listServices(
  args: ConnectionArguments,
  terminal: Terminal,
  near: readonly string[],
): Promise<ServiceList> {
  const { hints } = await readHints(args, near);
  const provider = await findProvider(hints);
  const { status } = await withClient(provider, args, terminal, (client) =>
    client.command({ action: 'list' }),
  );
  const services = (status.transactions ?? []).flatMap(({ transaction, context_id, services: each }) =>
    each.map((service) => ({ transaction, context_id, ...service })),
  );
  return { provider, services, faults: status.faults ?? [] };
}

/** Short, because a user waits for the completion. */
const TIMEOUT_MS = 1000;

/** The ids of the services of the provider that a command without other hints means, for shell completion. */
export async function fetchServiceIds(): Promise<readonly string[]> {
  const client = await Client.connect(await findProvider({}), { timeoutMs: TIMEOUT_MS });
  try {
    const { status } = await client.command({ action: 'list' });
    return (status.transactions ?? []).flatMap(({ services }) => services.map((each) => each.service_id));
  } finally {
    await client.close();
  }
}
