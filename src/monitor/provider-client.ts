// Connects a Monitor to the bus: receives messages of its transaction, sends requests to the provider and publishes replies.

import { systemClock } from '../base/clock.js';
import { createDeferred, withDeadline, type Deferred } from '../base/deferred.js';
import { ContextdError } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';
import {
  Connection,
  composeSecurity,
  type BusEndpoints,
  type ConnectionSecurity,
} from '../bus/connection.js';
import { isSignedBy, parseMac } from '../bus/message-mac.js';
import type { ClientSecurity } from '../bus/security.js';
import { transactionInfoSchema, type TransactionInfo } from '../messages/context-info.js';
import { parseFrame, type Message } from '../messages/message.js';
import type { StateReply } from '../messages/state.js';
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
  readonly #pending = new Map<string, Deferred<StateReply>>();

  constructor(ports: ProviderClientPorts) {
    const { endpoints, transaction, onProvider } = ports;
    this.#ports = ports;
    const topics = ['control', 'state', samplesTopic(transaction)];
    this.#security = composeSecurity(endpoints.security);
    const receive = (frame: Uint8Array) => this.#receive(frame);
    this.#connection = new Connection(endpoints, topics, receive, this.#security);
    this.#connection.subscribePrefix(heartbeatsOf(transaction));
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

  /** Sends a request on topic `state`. Rejects with BUS_DEADLINE after `limitMs`, or MSG_INVALID when it is refused. */
  async request(action: string, limitMs: number): Promise<unknown> {
    const id = createUniqueId();
    const answer = createDeferred<StateReply>();
    this.#pending.set(id, answer);
    const header = {
      action,
      service_id: '',
      service_name: 'state',
      service_transaction: this.#ports.transaction,
      message_id: id,
      sender: this.id,
    };
    const late = () => new ContextdError('BUS_DEADLINE', `the provider did not answer ${action} in time`);
    try {
      await this.publish('state', { header, content: {} });
      return (await withDeadline(answer.promise, limitMs, late, systemClock)).content;
    } finally {
      this.#pending.delete(id);
    }
  }

  /** Publishes a message; with security, sealed for `reader`, by default the provider. */
  publish(topic: string, body: unknown, reader?: string): Promise<void> {
    return this.#connection.publish(topic, body, reader);
  }

  async close(): Promise<void> {
    const error = new ContextdError('BUS_CLOSED', 'the Monitor was closed before the reply arrived');
    for (const pending of this.#pending.values()) {
      pending.promise.catch(() => undefined);
      pending.reject(error);
    }
    await this.#connection.close();
  }

  #receive(frame: Uint8Array): void {
    const message = parse(frame);
    if (message?.kind === 'state_reply' || message?.kind === 'command_reply') {
      if (this.#isOfProvider(frame)) this.#settle(message);
    } else if (message?.kind === 'samples_request') this.#receiveQuery(frame, message);
    else if (message !== undefined) this.#ports.onMessage(message);
  }

  #isOfProvider(frame: Uint8Array): boolean {
    const { curve, authenticator: sealer } = this.#security ?? {};
    return curve === undefined || sealer === undefined || isSignedBy(frame, curve.serverKey, sealer);
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

  #settle(message: Extract<Message, { kind: 'state_reply' | 'command_reply' }>): void {
    const pending = this.#pending.get(message.header.in_reply_to ?? '');
    if (message.kind === 'state_reply') pending?.resolve(message);
    else pending?.reject(new ContextdError('MSG_INVALID', refusalMessage(message)));
  }
}

/** Fetches the services of the transaction from the provider. Rejects as `request` does. */
export async function fetchTransactionInfo(link: ProviderClient): Promise<TransactionInfo> {
  return transactionInfoSchema.parse(await link.request('request', REQUEST_TIMEOUT_MS));
}

function refusalMessage({ content }: Extract<Message, { kind: 'command_reply' }>): string {
  return content.status.error?.message ?? 'the request was refused';
}

/** Frames from any client may be invalid. */
function parse(frame: Uint8Array): Message | undefined {
  try {
    return parseFrame(frame);
  } catch {
    return undefined;
  }
}
