// Fetches samples of a transaction from its provider; after an error it connects again for the next sample.

import { ContextdError } from '../../base/errors.js';
import { Client, type ClientOptions } from '../../client/client.js';
import { findProvider, type FoundProvider, type ProviderHints } from '../../client/find-provider.js';
import { chooseTransaction, isStoppedService } from '../../messages/choose-transaction.js';
import type { TransactionInfo } from '../../messages/context-info.js';
import type { TopEntry } from '../../messages/samples.js';
import type { ClientSecurity } from '../../bus/security.js';
import type { Clock } from '../../base/clock.js';
import type { TopSource } from './poller.js';
import type { About, Sample } from './view.js';

export interface SourceOptions extends Omit<ClientOptions, 'security'> {
  readonly hints: ProviderHints;
  /** Our keys for a provider; called for each connection, because a restarted provider may have other keys. */
  readonly identify: (found: FoundProvider) => ClientSecurity | undefined;
  /** Empty for the only transaction. */
  readonly transaction: string;
  readonly clock: Clock;
}

interface Session {
  readonly client: Client;
  readonly about: About;
}

export class ProviderSource implements TopSource {
  readonly #options: SourceOptions;
  readonly #stop = new AbortController();
  #session: Session | undefined;

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  /** Throws the errors of `findProvider`, `identify`, `Client.connect` and `Client.top`. */
  async sample(detail: string | undefined): Promise<Sample> {
    try {
      const { client, about } = (this.#session ??= await this.#connect());
      const [entries, found] = await Promise.all([
        client.top(about.transaction),
        detail === undefined ? undefined : fetchDetail(client, about.transaction, detail),
      ]);
      return { about, entries, detail: found, atMs: this.#options.clock.now() };
    } catch (error) {
      await this.#drop();
      throw error;
    }
  }

  /** Aborts pending requests. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#drop();
  }

  async #connect(): Promise<Session> {
    const { hints, identify, ...options } = this.#options;
    const found = await findProvider(hints);
    const security = identify(found);
    const client = await Client.connect(found, { ...options, security, signal: this.#stop.signal });
    try {
      return { client, about: await describe(client, this.#options.transaction) };
    } catch (error) {
      await client.close(true);
      throw error;
    }
  }

  async #drop(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.client.close(true);
  }
}

/** Undefined for an unknown service: the rest of the sample shows that it is gone. */
async function fetchDetail(
  client: Client,
  transaction: string,
  serviceId: string,
): Promise<TopEntry | undefined> {
  const everything = { openConnections: true, openedFiles: true, memoryMaps: true };
  try {
    return (await client.top(transaction, { serviceId, ...everything }))[0];
  } catch (error) {
    if (error instanceof ContextdError && error.code === 'SVC_UNKNOWN') return undefined;
    throw error;
  }
}

async function describe(client: Client, wanted: string): Promise<About> {
  const all = (await client.request()) as Readonly<Record<string, TransactionInfo>>;
  const choices = Object.entries(all).map(([id, { contextId, tasks }]) => {
    const states = tasks.map(({ status = '', pid }) => ({ state: status, pid }));
    return { id, contextId, isStopped: states.every(isStoppedService) };
  });
  const found = wanted === '' ? chooseTransaction(choices) : choices.find(({ id }) => id === wanted);
  if (found === undefined) throw unknownTransaction(wanted, Object.keys(all));
  return { transaction: found.id, contextId: found.contextId, endpoint: client.endpoints.publish };
}

function unknownTransaction(wanted: string, ids: readonly string[]): ContextdError {
  const message = ids.length === 0 ? 'there is no transaction' : `there is no transaction "${wanted}"`;
  const hint =
    ids.length === 0
      ? 'start one with conf_command --action=start --context_file=FILE'
      : `existing transactions: ${ids.join(', ')}`;
  return new ContextdError('CTX_TRANSACTION_UNKNOWN', message, { hint });
}
