// The Monitor's place on the bus: hears what concerns its transaction, asks the provider, and answers.

import { systemClock } from '../base/clock.js';
import { createDeferred, withDeadline, type Deferred } from '../base/deferred.js';
import { ContextdError } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';
import { Connection, securityOf, type BusEndpoints, type ConnectionSecurity } from '../bus/connection.js';
import { isAuthenticatedBy, macOf } from '../bus/message-mac.js';
import type { ClientSecurity } from '../bus/security.js';
import { transactionInfoSchema, type TransactionInfo } from '../messages/context-info.js';
import { parseFrame, type Message } from '../messages/message.js';
import type { StateReply } from '../messages/state.js';
import { heartbeatsOf, samplesTopic } from '../messages/topics.js';

/** Where the bus is, and with which keys to go there; see TaskEndpoints. */
export interface LinkEndpoints extends BusEndpoints {
  readonly security?: ClientSecurity;
}

export interface LinkPorts {
  readonly endpoints: LinkEndpoints;
  readonly transaction: string;
  /** `asker` is the key of whoever has sealed a question for us. */
  readonly hear: (message: Message, asker?: string) => void;
  /** A provider is there, or there again. */
  readonly found: () => void;
}

/** How long the provider may take to say what there is. */
const ANSWER_LIMIT_MS = 10_000;

export class ProviderClient {
  readonly #ports: LinkPorts;
  readonly #connection: Connection;
  readonly #security: ConnectionSecurity | undefined;
  readonly #pending = new Map<string, Deferred<StateReply>>();

  constructor(ports: LinkPorts) {
    const { endpoints, transaction, found } = ports;
    this.#ports = ports;
    const topics = ['control', 'state', samplesTopic(transaction)];
    this.#security = securityOf(endpoints.security);
    const receive = (frame: Uint8Array) => this.#receive(frame);
    this.#connection = new Connection(endpoints, topics, receive, this.#security);
    this.#connection.subscribePrefix(heartbeatsOf(transaction));
    // Nobody but a provider reads commands.
    this.#connection.publisher.onSubscribe((topic) => {
      if (topic === 'context') found();
    });
  }

  get id(): string {
    return this.#connection.id;
  }

  /** Resolves when everything is heard. */
  ready(): Promise<void> {
    return this.#connection.ready();
  }

  /** Asks on topic `state`. Rejects with BUS_DEADLINE, and with MSG_INVALID when it is refused. */
  async ask(action: string, limitMs: number): Promise<unknown> {
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

  /** Sealed for `reader`, for the provider when left out, where there is security. */
  publish(topic: string, body: unknown, reader?: string): Promise<void> {
    return this.#connection.publish(topic, body, reader);
  }

  async close(): Promise<void> {
    const error = new ContextdError('BUS_CLOSED', 'the Monitor was closed before the answer came');
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
    } else if (message?.kind === 'samples_request') this.#hearQuestion(frame, message);
    else if (message !== undefined) this.#ports.hear(message);
  }

  #isOfProvider(frame: Uint8Array): boolean {
    const { curve, sealer } = this.#security ?? {};
    return curve === undefined || sealer === undefined || isAuthenticatedBy(frame, curve.serverKey, sealer);
  }

  /** One that was not written by the owner of its key would have us prove to them what they did not ask. */
  #hearQuestion(frame: Uint8Array, message: Message): void {
    const { sealer } = this.#security ?? {};
    if (sealer === undefined) {
      this.#ports.hear(message);
      return;
    }
    const seal = macOf(frame);
    if (seal !== undefined && sealer.isGenuine(frame, seal)) this.#ports.hear(message, seal.key);
  }

  #settle(message: Extract<Message, { kind: 'state_reply' | 'command_reply' }>): void {
    const pending = this.#pending.get(message.header.in_reply_to ?? '');
    if (message.kind === 'state_reply') pending?.resolve(message);
    else pending?.reject(new ContextdError('MSG_INVALID', refusalOf(message)));
  }
}

/** What runs in the transaction, as the provider says. Rejects as `ask` does. */
export async function askInfo(link: ProviderClient): Promise<TransactionInfo> {
  return transactionInfoSchema.parse(await link.ask('request', ANSWER_LIMIT_MS));
}

function refusalOf({ content }: Extract<Message, { kind: 'command_reply' }>): string {
  return content.status.error?.message ?? 'the question was refused';
}

/** Others talk here as well, and not all of it need be well-formed. */
function parse(frame: Uint8Array): Message | undefined {
  try {
    return parseFrame(frame);
  } catch {
    return undefined;
  }
}
