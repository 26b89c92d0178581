// Handles the messages that a Monitor receives: keeps its service registry up to date and answers queries.

import { ContextdError, messageOf, reportError, type ErrorCode } from '../base/errors.js';
import type { Message } from '../messages/message.js';
import { figuresReplySchema, type FiguresReply } from '../messages/provider-stats.js';
import type { SamplesRequestBody } from '../messages/sample-history.js';
import { failure, replyHeader } from '../messages/state.js';
import type { History } from './history.js';
import type { MonitorAcl } from './monitor-acl.js';
import type { MonitorPorts } from './ports.js';
import { fetchTransactionInfo, ProviderClient } from './provider-client.js';
import { handleSampleQuery } from './query-handler.js';
import { ServiceRegistry } from './service-registry.js';

/** The time limit for the provider's statistics during a scrape. */
const STATS_TIMEOUT_MS = 2000;

export class MessageHandler {
  readonly #ports: MonitorPorts;
  readonly #history: History;
  /** Undefined where the provider is not secured. */
  readonly #acl: MonitorAcl | undefined;
  readonly #client: ProviderClient;
  readonly registry: ServiceRegistry;
  /** `stale`: a change arrived during the present request, whose reply may be outdated. */
  #refresh: 'idle' | 'running' | 'stale' = 'idle';

  constructor(ports: MonitorPorts, acl: MonitorAcl | undefined, history: History) {
    const { endpoints, transaction } = ports;
    this.#ports = ports;
    this.#acl = acl;
    this.#history = history;
    this.registry = new ServiceRegistry(transaction);
    this.#client = new ProviderClient({
      endpoints,
      transaction,
      onMessage: (message, sender) => this.#onMessage(message, sender),
      onProvider: () => void this.#refreshServices(),
    });
  }

  /** Resolves with undefined when no provider answers in time. */
  async fetchStats(): Promise<FiguresReply | undefined> {
    try {
      return figuresReplySchema.parse(await this.#client.request('figures', STATS_TIMEOUT_MS));
    } catch {
      return undefined;
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #onMessage(message: Message, sender: string | undefined): void {
    if (message.kind === 'heartbeat') this.registry.onHeartbeat(message);
    if (message.kind === 'service_event') this.registry.onEvent(message);
    if (message.kind === 'samples_request') this.#reply(message, sender);
    if (message.kind !== 'context_info') return;
    // With security the message only triggers a request: any client could have published it.
    if (this.#acl !== undefined) {
      void this.#refreshServices();
      return;
    }
    const infos = message.content.status.data.map((data) => data[this.#ports.transaction]);
    const info = infos.find((each) => each !== undefined);
    if (info !== undefined) this.registry.update(info);
  }

  #reply(request: SamplesRequestBody, sender: string | undefined): void {
    const { configuration, log } = this.#ports;
    const publish = (content: unknown) => {
      const header = replyHeader(
        { service_name: 'samples', ...request.header },
        'reply_samples',
        this.#client.id,
      );
      const sent = this.#client.publish('state', { header, content }, sender);
      sent.catch((error: unknown) => log.warn(messageOf(error)));
    };
    try {
      publish(handleSampleQuery(this.#history, configuration, request));
    } catch (error) {
      publish({ status: failure(reportError(error)) });
    }
  }

  /** Fetches the services from the provider, and again if something changed during the request. */
  async #refreshServices(): Promise<void> {
    if (this.#refresh !== 'idle') {
      this.#refresh = 'stale';
      return;
    }
    try {
      do {
        this.#refresh = 'running';
        await this.#client.ready();
        const info = await fetchTransactionInfo(this.#client);
        this.registry.update(info);
        this.#acl?.update(info);
      } while (this.#isStale());
    } catch (error) {
      if (hasCode(error, 'BUS_CLOSED')) return;
      this.#ports.log.warn(`could not fetch the list of services from the provider: ${messageOf(error)}`);
    } finally {
      this.#refresh = 'idle';
    }
  }

  #isStale(): boolean {
    return this.#refresh === 'stale';
  }
}

function hasCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof ContextdError && error.code === code;
}
