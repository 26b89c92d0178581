// A client of a provider: sends commands and queries, and waits for their answers.

import { systemClock, type Clock } from '../base/clock.js';
import { withDeadline } from '../base/deferred.js';
import { composeSecurity, Connection, type BusEndpoints } from '../bus/connection.js';
import { Requester } from '../bus/requester/requester.js';
import type { ClientSecurity } from '../bus/security.js';
import { figuresReplySchema, type FiguresReply } from '../messages/provider-stats.js';
import { samplesReplySchema, type SamplesReply } from '../messages/sample-history.js';
import { topReplySchema, type TopReply } from '../messages/samples.js';
import { contentOf, isReplayed, type Reply } from '../messages/state.js';
import { samplesTopic } from '../messages/topics.js';
import { noAnswerError, noMonitorError, unreachableError } from './client-errors.js';
import { rejectWhenRefused } from './handshake-errors.js';
import { readMonitorKey } from './monitor-key.js';
import {
  answerOf,
  createReplyParser,
  onlyTransactionIn,
  parseAnswer,
  type CommandAnswer,
} from './replies.js';
import type { CommandRequest, Query, SamplesQuery, TopOptions } from './requests.js';

export type { CommandAnswer, CommandRequest, Query, SamplesQuery, TopOptions };

export interface ClientOptions {
  /** How long `connect` waits for a provider, in milliseconds; 5000 by default. */
  readonly timeoutMs?: number;
  /** How long each request waits for its answer, in milliseconds; 30000 by default. */
  readonly answerTimeoutMs?: number;
  readonly clock?: Clock;
  /** Ends `connect` when it is aborted. */
  readonly signal?: AbortSignal;
  /** Our keys and the provider's public key; omitted for a provider without <Security>. */
  readonly security?: ClientSecurity | undefined;
}

const DEFAULT_TIMEOUT_MS = 5000;
const DEFAULT_ANSWER_TIMEOUT_MS = 30_000;
/** How long to wait for the subscription of a Monitor; a running one is seen within moments. */
const MONITOR_TIMEOUT_MS = 2000;

/**
 * A connection to a provider.
 *
 * @example
 * const client = await Client.connect({ publish: 'tcp://127.0.0.1:5557', subscribe: 'tcp://127.0.0.1:5556' });
 * const { status } = await client.command({ action: 'stop', transaction: '6FDAHH3WPRVV7FGZCRIN' });
 * await client.close();
 */
export class Client {
  readonly endpoints: BusEndpoints;
  readonly #connection: Connection;
  readonly #requester: Requester<Reply>;
  readonly #clock: Clock;
  readonly #isSecured: boolean;

  private constructor(endpoints: BusEndpoints, options: ClientOptions) {
    const { clock = systemClock, answerTimeoutMs = DEFAULT_ANSWER_TIMEOUT_MS } = options;
    const security = composeSecurity(options.security, true);
    this.endpoints = endpoints;
    this.#clock = clock;
    this.#isSecured = security !== undefined;
    const parseReply = createReplyParser();
    const receive = (frame: Uint8Array) => {
      const reply = parseReply(frame);
      if (reply !== undefined) this.#requester.receive(reply, frame);
    };
    this.#connection = new Connection(endpoints, ['state'], receive, security);
    this.#requester = new Requester({
      ...{ connection: this.#connection, security, clock, isReplayed },
      limitMs: answerTimeoutMs,
      noAnswer: (limitMs) => noAnswerError(endpoints, limitMs),
    });
  }

  /**
   * Resolves when a provider is subscribed to commands and this client to its answers. Throws BUS_UNREACHABLE
   * after `timeoutMs`, BUS_CLOSED when `signal` is aborted, and SEC_CONNECTION_REFUSED when the provider rejects the keys.
   */
  static async connect(endpoints: BusEndpoints, options: ClientOptions = {}): Promise<Client> {
    const client = new Client(endpoints, options);
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    const { publisher } = client.#connection;
    const provider = Promise.race([
      Promise.all([publisher.waitForSubscriber('context'), client.#connection.ready()]),
      rejectWhenRefused(publisher, { name: 'provider', endpoint: endpoints.publish }, options.security),
    ]);
    // Closing the sockets rejects the promises above.
    const abort = () => void client.close(true);
    signal?.addEventListener('abort', abort);
    try {
      if (signal?.aborted === true) abort();
      await withDeadline(provider, timeoutMs, () => unreachableError(endpoints, timeoutMs), client.#clock);
      return client;
    } catch (error) {
      await client.close();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Sends a command and resolves with its answer, which can be a failure. Throws BUS_DEADLINE. */
  async command(request: CommandRequest): Promise<CommandAnswer> {
    const { action, serviceId = '', serviceName = 'context', transaction, configuration = {} } = request;
    const header = {
      action,
      service_id: serviceId,
      service_name: serviceName,
      ...(transaction === undefined ? {} : { service_transaction: transaction }),
    };
    const content = { configuration, ...(request.isDryRun === true ? { dry_run: true } : {}) };
    const { messageId } = request;
    return answerOf(await this.#requester.request('context', { header, content }, { messageId }));
  }

  /**
   * Sends a query on topic `state` and resolves with the content of its reply: `request` (`TransactionInfo`; of
   * all transactions when the id is empty), `history` and `why` (`HistoryReply`), `logs` (`LogsReply`). Throws
   * the provider's error, and BUS_DEADLINE.
   */
  async request(transaction = '', query: Query = {}): Promise<unknown> {
    const { action = 'request', serviceId = '', content = {} } = query;
    const header = {
      action,
      service_id: serviceId,
      service_name: 'state',
      service_transaction: transaction,
    };
    return contentOf(await this.#requester.request('state', { header, content }));
  }

  /**
   * The current resource usage of every service of a transaction; an empty id means the only transaction. CPU
   * usage covers the time since the previous call, or 200 ms when that was long ago. Throws SVC_UNKNOWN,
   * CTX_TRANSACTION_UNKNOWN, CTX_AMBIGUOUS and BUS_DEADLINE.
   *
   * @example
   * for (const { service_id, memory } of await client.top()) console.log(service_id, memory?.total.rss, 'MiB');
   */
  async top(transaction = '', options: TopOptions = {}): Promise<TopReply> {
    const { service, serviceId = '' } = options;
    const configuration = {
      open_connections: options.openConnections === true,
      opened_files: options.openedFiles === true,
      memory_maps: options.memoryMaps === true,
      ...(service === undefined
        ? {}
        : {
            service: { type: service.type, frequency_s: service.frequencyS, endpoint: service.endpoint },
          }),
    };
    const reply = await this.request(transaction, { action: 'top', serviceId, content: { configuration } });
    return parseAnswer(topReplySchema, 'top', reply);
  }

  /** Statistics of the provider itself: messages, journal writes, event loop, memory. Throws BUS_DEADLINE. */
  async stats(): Promise<FiguresReply> {
    return parseAnswer(figuresReplySchema, 'figures', await this.request('', { action: 'figures' }));
  }

  /**
   * The samples of one metric of a service that the Monitor of the transaction holds. Throws SVC_NO_MONITOR when
   * no Monitor runs, and SVC_UNKNOWN for a service without samples.
   */
  async samples(transaction: string, { serviceId, metric, sinceS }: SamplesQuery): Promise<SamplesReply> {
    const id = transaction === '' ? onlyTransactionIn(await this.command({ action: 'list' })) : transaction;
    const topic = samplesTopic(id);
    const subscribed = this.#connection.publisher.waitForSubscriber(topic);
    await withDeadline(subscribed, MONITOR_TIMEOUT_MS, () => noMonitorError(id), this.#clock);
    const target = { service_id: serviceId, service_name: 'samples', service_transaction: id };
    const header = { action: 'history', ...target };
    const content = { metric, ...(sinceS === undefined ? {} : { since_s: sinceS }) };
    // Only the Monitor's own key counts: another client could reply in its place.
    const receiverKey = this.#isSecured ? readMonitorKey(id, await this.request(id)) : undefined;
    const reply = await this.#requester.request(topic, { header, content }, { receiverKey });
    return parseAnswer(samplesReplySchema, 'history', contentOf(reply));
  }

  /** Sends `body` to one service on topic `process`, as the original clients do. Throws BUS_DEADLINE. */
  async process(body: Readonly<Record<string, unknown>>, messageId: string): Promise<CommandAnswer> {
    return answerOf(await this.#requester.exchange('process', body, { messageId }));
  }

  /** Rejects pending requests with BUS_CLOSED. With `dropsUnsent` messages that are still queued are discarded. */
  async close(dropsUnsent = false): Promise<void> {
    await this.#requester.close(dropsUnsent);
  }
}
