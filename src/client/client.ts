// A client of a provider: sends commands and questions, and waits for their answers.

import { systemClock, type Clock } from '../base/clock.js';
import { createDeferred, withDeadline } from '../base/deferred.js';
import { ContextdError } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';
import { Connection, securityOf, type BusEndpoints, type ConnectionSecurity } from '../bus/connection.js';
import { macOf } from '../bus/message-mac.js';
import type { ClientSecurity } from '../bus/security.js';
import { figuresReplySchema, type FiguresReply } from '../messages/provider-stats.js';
import type { Message } from '../messages/message.js';
import { samplesReplySchema, type SamplesReply } from '../messages/sample-history.js';
import { topReplySchema, type TopReply } from '../messages/samples.js';
import { samplesTopic } from '../messages/topics.js';
import { noAnswerError, noMonitorError, unreachableError } from './client-errors.js';
import { exchangeFresh } from './fresh.js';
import { askAgainWhenLost } from './ask-again.js';
import { readMonitorKey } from './monitor-key.js';
import { refusal } from './handshake-errors.js';
import {
  answerOf,
  contentOf,
  onlyTransactionIn,
  parseAnswer,
  parseReply,
  type CommandAnswer,
  type Pending,
} from './replies.js';
import { composeService, type CommandRequest, type Question } from './requests.js';
import type { SamplesQuestion, Sending, TopOptions } from './requests.js';

export type { CommandAnswer } from './replies.js';
export type { CommandRequest, Question, SamplesQuestion, TopOptions } from './requests.js';

export interface ClientOptions {
  /** How long to look for a provider, in milliseconds. */
  readonly timeoutMs?: number;
  /** How long to wait for an answer, in milliseconds. */
  readonly answerTimeoutMs?: number;
  readonly clock?: Clock;
  /** Aborted, it ends the search for a provider. */
  readonly signal?: AbortSignal;
  /** Our keys and the provider's public one; left out for a provider without <Security>. */
  readonly security?: ClientSecurity | undefined;
}

const DEFAULT_TIMEOUT_MS = 5000;
const DEFAULT_ANSWER_TIMEOUT_MS = 30_000;
/** How long a Monitor is looked for: one that is there is known after a moment. */
const MONITOR_TIMEOUT_MS = 2000;

/**
 * @example
 * const client = await Client.connect({ publish: 'tcp://127.0.0.1:5557', subscribe: 'tcp://127.0.0.1:5556' });
 * const { status } = await client.command({ action: 'stop', transaction: '6FDAHH3WPRVV7FGZCRIN' });
 * await client.close();
 */
export class Client {
  readonly endpoints: BusEndpoints;
  readonly #connection: Connection;
  readonly #pending = new Map<string, Pending>();
  readonly #answerTimeoutMs: number;
  readonly #clock: Clock;
  readonly #security: ConnectionSecurity | undefined;

  private constructor(endpoints: BusEndpoints, options: ClientOptions) {
    this.endpoints = endpoints;
    this.#clock = options.clock ?? systemClock;
    this.#answerTimeoutMs = options.answerTimeoutMs ?? DEFAULT_ANSWER_TIMEOUT_MS;
    this.#security = securityOf(options.security, true);
    const receive = (frame: Uint8Array) => this.#receive(frame);
    this.#connection = new Connection(endpoints, ['state'], receive, this.#security);
    askAgainWhenLost(this.#connection.publisher, this.#pending, this.#clock);
  }

  /**
   * Resolves when a provider listens and its answers can reach us. Throws BUS_UNREACHABLE, BUS_CLOSED, and
   * SEC_CONNECTION_REFUSED if one is there but does not let us in.
   */
  static async connect(endpoints: BusEndpoints, options: ClientOptions = {}): Promise<Client> {
    const client = new Client(endpoints, options);
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    const { publisher } = client.#connection;
    const there = Promise.all([publisher.waitForSubscriber('context'), client.#connection.ready()]);
    const provider = Promise.race([
      there,
      refusal(publisher, { name: 'provider', endpoint: endpoints.publish }, options.security),
    ]);
    // What is awaited rejects when its socket is closed.
    const giveUp = () => void client.close(true);
    signal?.addEventListener('abort', giveUp);
    try {
      if (signal?.aborted === true) giveUp();
      await withDeadline(provider, timeoutMs, () => unreachableError(endpoints, timeoutMs), client.#clock);
      return client;
    } catch (error) {
      await client.close();
      throw error;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** Sends a command and waits for its answer, which can be a failure. Throws BUS_DEADLINE. */
  async command(request: CommandRequest): Promise<CommandAnswer> {
    const { action, serviceId = '', serviceName = 'context', transaction, configuration = {} } = request;
    const header = {
      action,
      service_id: serviceId,
      service_name: serviceName,
      ...(transaction === undefined ? {} : { service_transaction: transaction }),
    };
    const content = { configuration, ...(request.isDryRun === true ? { dry_run: true } : {}) };
    const reply = await this.#ask('context', { header, content }, { messageId: request.messageId });
    return answerOf(reply);
  }

  /**
   * Asks a question on topic `state`: `request` (see `TransactionInfo`; all transactions with an empty
   * id), `history` and `why` (see `HistoryReply`), `logs` (see `LogsReply`). Throws the provider's refusal, and BUS_DEADLINE.
   */
  async request(transaction = '', question: Question = {}): Promise<unknown> {
    const { action = 'request', serviceId = '', content = {} } = question;
    const header = {
      action,
      service_id: serviceId,
      service_name: 'state',
      service_transaction: transaction,
    };
    return contentOf(await this.#ask('state', { header, content }));
  }

  /**
   * What every service of a transaction costs now; without an id the only transaction is meant. A share of
   * processor time is that since the last such question, or over 200 ms when that was long ago.
   *
   * @example
   * for (const { service_id, memory } of await client.top()) console.log(service_id, memory?.total.rss, 'MiB');
   */
  async top(transaction = '', options: TopOptions = {}): Promise<TopReply> {
    const configuration = {
      open_connections: options.openConnections === true,
      opened_files: options.openedFiles === true,
      memory_maps: options.memoryMaps === true,
      ...(options.service === undefined ? {} : { service: composeService(options.service) }),
    };
    const reply = await this.request(transaction, {
      action: 'top',
      serviceId: options.serviceId ?? '',
      content: { configuration },
    });
    return parseAnswer(topReplySchema, 'top', reply);
  }

  /** What the provider itself does and costs: messages, journal, event loop. */
  async figures(): Promise<FiguresReply> {
    return parseAnswer(figuresReplySchema, 'figures', await this.request('', { action: 'figures' }));
  }

  /**
   * What the Monitor of a transaction has sampled of a service. Throws SVC_NO_MONITOR when there is none,
   * SVC_UNKNOWN for a service of which it has no samples.
   */
  async samples(transaction: string, { serviceId, metric, sinceS }: SamplesQuestion): Promise<SamplesReply> {
    const id = transaction === '' ? onlyTransactionIn(await this.command({ action: 'list' })) : transaction;
    const topic = samplesTopic(id);
    const wanted = this.#connection.publisher.waitForSubscriber(topic);
    await withDeadline(wanted, MONITOR_TIMEOUT_MS, () => noMonitorError(id), this.#clock);
    const who = { service_id: serviceId, service_name: 'samples', service_transaction: id };
    const header = { action: 'history', ...who };
    const content = { metric, ...(sinceS === undefined ? {} : { since_s: sinceS }) };
    // Nobody is to answer in its place.
    const reader = this.#security && readMonitorKey(id, await this.request(id));
    const reply = await this.#ask(topic, { header, content }, { reader });
    return parseAnswer(samplesReplySchema, 'history', contentOf(reply));
  }

  /** Sends to one service on the plain topic `process`, as the original's clients do. */
  async process(body: Readonly<Record<string, unknown>>, messageId: string): Promise<CommandAnswer> {
    return answerOf(await this.#exchange('process', body, { messageId }));
  }

  /** With `isGivenUp` what is not sent yet is dropped: nobody waits for its answer. */
  async close(isGivenUp = false): Promise<void> {
    for (const [id, pending] of this.#pending) {
      this.#pending.delete(id);
      pending.answer.promise.catch(() => undefined);
      pending.answer.reject(new ContextdError('BUS_CLOSED', 'the client was closed before the answer came'));
    }
    await this.#connection.close(isGivenUp);
  }

  #ask(
    topic: string,
    message: { readonly header: object; readonly content: unknown },
    { messageId = createUniqueId(), reader }: Partial<Sending> = {},
  ): Promise<Message> {
    const header = { ...message.header, message_id: messageId, sender: this.#connection.id };
    return this.#exchange(topic, { ...message, header }, { messageId, reader });
  }

  async #exchange(
    topic: string,
    body: unknown,
    { messageId, reader }: Sending & { readonly messageId: string },
  ): Promise<Message> {
    const isOver = { now: false };
    const send = () => this.#connection.publish(topic, body, reader);
    const pending = { writer: reader ?? this.#security?.reader, send };
    // A provider that does not read holds up what is sent as well.
    const answered = exchangeFresh({
      send,
      expect: (isAgain) => this.#expect(messageId, pending, isAgain),
      isOver: () => isOver.now,
      clock: this.#clock,
    });
    const limitMs = this.#answerTimeoutMs;
    try {
      return await withDeadline(answered, limitMs, () => noAnswerError(this.endpoints, limitMs), this.#clock);
    } finally {
      isOver.now = true;
      this.#pending.delete(messageId);
    }
  }

  /** Who waits for the same message already waits together with us. */
  #expect(messageId: string, pending: Omit<Pending, 'answer'>, isAgain: boolean): Promise<Message> {
    const known = isAgain ? undefined : this.#pending.get(messageId);
    const { answer } = known ?? { answer: createDeferred<Message>() };
    this.#pending.set(messageId, { answer, ...pending });
    return answer.promise;
  }

  #receive(frame: Uint8Array): void {
    const writer = this.#provenWriter(frame);
    if (this.#security !== undefined && writer === undefined) return;
    const message = parseReply(frame);
    const pending = this.#pending.get(message?.header.in_reply_to ?? '');
    if (message !== undefined && pending?.writer === writer) pending?.answer.resolve(message);
  }

  /** Others can write what looks like an answer. */
  #provenWriter(frame: Uint8Array): string | undefined {
    const seal = macOf(frame);
    const isAwaited = [...this.#pending.values()].some(({ writer }) => writer === seal?.key);
    if (seal === undefined || !isAwaited) return undefined;
    return this.#security?.sealer.isGenuine(frame, seal) === true ? seal.key : undefined;
  }
}
