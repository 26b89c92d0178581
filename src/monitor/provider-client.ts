// Connects a Monitor to the bus: receives messages of its transaction, sends requests to the provider and publishes replies.

import { systemClock } from '../base/clock.js';
import { ContextdError } from '../base/errors.js';
import {
  Connection,
  composeSecurity,
  type BusEndpoints,
  type ConnectionSecurity,
} from '../bus/connection.js';
import { parseMac } from '../bus/message-mac.js';
import { Requester } from '../bus/requester/requester.js';
import type { ClientSecurity } from '../bus/security.js';
import { transactionInfoSchema, type TransactionInfo } from '../messages/context-info.js';
import { CheckCount, tryParseFrame, type Message } from '../messages/message.js';
import { contentOf, isReplayed, isReply, type Reply } from '../messages/state.js';
import { heartbeatsOf, samplesTopic } from '../messages/topics.js';

/** The addresses of the bus and the keys for it; see TaskEndpoints. */
export interface ProviderEndpoints extends BusEndpoints {
  readonly security?: ClientSecurity;
}

export interface ProviderClientPorts {
  readonly endpoints: ProviderEndpoints;
  readonly transaction: string;
  /** `sender` is the key that sealed a query; undefined without security. */
  readonly onMessage: (message: Message, sender?: string) => void;
  /** A provider has appeared, or has come back. */
  readonly onProvider: () => void;
}

/** The time limit for the provider's answer. */
const REQUEST_TIMEOUT_MS = 10_000;

export class ProviderClient {
  readonly #ports: ProviderClientPorts;
  readonly #connection: Connection;
  readonly #security: ConnectionSecurity | undefined;
  readonly #requester: Requester<Reply>;
  readonly #checks = new CheckCount();

  constructor(ports: ProviderClientPorts) {
    const { endpoints, transaction, onProvider } = ports;
    this.#ports = ports;
    const topics = ['control', 'state', samplesTopic(transaction)];
    this.#security = composeSecurity(endpoints.security);
    const receive = (frame: Uint8Array) => this.#receive(frame);
    this.#connection = new Connection(endpoints, topics, receive, this.#security);
    this.#connection.subscribePrefix(heartbeatsOf(transaction));
    this.#requester = new Requester({
      ...{ connection: this.#connection, security: this.#security, clock: systemClock, isReplayed },
      limitMs: REQUEST_TIMEOUT_MS,
      noAnswer: (limitMs) =>
        new ContextdError('BUS_DEADLINE', `the provider did not answer within ${limitMs / 1000} s`),
    });
    // Only a provider subscribes to commands.
    this.#connection.publisher.onSubscribe((topic) => {
      if (topic === 'context') onProvider();
    });
  }

  get id(): string {
    return this.#connection.id;
  }

  /** Resolves when all subscriptions are in effect. */
  ready(): Promise<void> {
    return this.#connection.ready();
  }

  /** Sends a query on topic `state`. Rejects with BUS_DEADLINE after `limitMs`, and with the provider's error. */
  async request(action: string, limitMs?: number): Promise<unknown> {
    const header = {
      action,
      service_id: '',
      service_name: 'state',
      service_transaction: this.#ports.transaction,
    };
    return contentOf(await this.#requester.request('state', { header, content: {} }, { limitMs }));
  }

  /** Publishes a message; with security, sealed for `reader`, by default the provider. */
  publish(topic: string, body: unknown, reader?: string): Promise<void> {
    return this.#connection.publish(topic, body, reader);
  }

  close(): Promise<void> {
    return this.#requester.close();
  }

  #receive(frame: Uint8Array): void {
    const message = tryParseFrame(frame, this.#checks);
    if (isReply(message)) this.#requester.receive(message, frame);
    else if (message?.kind === 'samples_request') this.#receiveQuery(frame, message);
    else if (message !== undefined) this.#ports.onMessage(message);
  }

  /** Ignores a query with an invalid seal: the reply must not go to a key whose owner did not send it. */
  #receiveQuery(frame: Uint8Array, message: Message): void {
    const { authenticator: sealer } = this.#security ?? {};
    if (sealer === undefined) {
      this.#ports.onMessage(message);
      return;
    }
    const seal = parseMac(frame);
    if (seal !== undefined && sealer.verify(frame, seal)) this.#ports.onMessage(message, seal.key);
  }
}

/** Fetches the services of the transaction from the provider. Rejects as `request` does. */
export async function fetchTransactionInfo(link: ProviderClient): Promise<TransactionInfo> {
  return transactionInfoSchema.parse(await link.request('request'));
}
