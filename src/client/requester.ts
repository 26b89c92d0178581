// Sends requests over a connection and resolves with their replies: pending requests, deadline, proof of the sender.

import type { Clock } from '../base/clock.js';
import { createDeferred, withDeadline } from '../base/deferred.js';
import { ContextdError } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';
import { Connection, type BusEndpoints, type ConnectionSecurity } from '../bus/connection.js';
import { parseMac } from '../bus/message-mac.js';
import type { Message } from '../messages/message.js';
import { noAnswerError } from './client-errors.js';
import { parseReply, type PendingRequest } from './replies.js';
import { resendAfterReconnect } from './resend-lost.js';
import { retryReplayed } from './retry-replayed.js';

export interface RequesterOptions {
  readonly answerTimeoutMs: number;
  readonly clock: Clock;
  readonly security: ConnectionSecurity | undefined;
}

export interface SendOptions {
  /** A new one by default. */
  readonly messageId?: string | undefined;
  /** Public key of the receiver; the provider's by default. */
  readonly receiverKey?: string | undefined;
}

export class Requester {
  readonly connection: Connection;
  readonly #endpoints: BusEndpoints;
  readonly #pending = new Map<string, PendingRequest>();
  readonly #answerTimeoutMs: number;
  readonly #clock: Clock;
  readonly #security: ConnectionSecurity | undefined;

  constructor(endpoints: BusEndpoints, { answerTimeoutMs, clock, security }: RequesterOptions) {
    this.#endpoints = endpoints;
    this.#answerTimeoutMs = answerTimeoutMs;
    this.#clock = clock;
    this.#security = security;
    const receive = (frame: Uint8Array) => this.#receive(frame);
    this.connection = new Connection(endpoints, ['state'], receive, security);
    resendAfterReconnect(this.connection.publisher, this.#pending, clock);
  }

  /** Adds message id and sender to the header, then does what `exchange` does. */
  request(
    topic: string,
    message: { readonly header: object; readonly content: unknown },
    { messageId = createUniqueId(), receiverKey }: SendOptions = {},
  ): Promise<Message> {
    const header = { ...message.header, message_id: messageId, sender: this.connection.id };
    return this.exchange(topic, { ...message, header }, { messageId, receiverKey });
  }

  /** Publishes `body` and resolves with its reply. Throws BUS_DEADLINE and BUS_CLOSED. */
  async exchange(
    topic: string,
    body: unknown,
    { messageId, receiverKey }: SendOptions & { readonly messageId: string },
  ): Promise<Message> {
    const isOver = { now: false };
    const send = () => this.connection.publish(topic, body, receiverKey);
    const pending = { senderKey: receiverKey ?? this.#security?.recipient, send };
    // The deadline includes sending: a provider that does not read blocks it.
    const answered = retryReplayed({
      send,
      expect: (isRetry) => this.#expect(messageId, pending, isRetry),
      isOver: () => isOver.now,
      clock: this.#clock,
    });
    const limitMs = this.#answerTimeoutMs;
    try {
      return await withDeadline(
        answered,
        limitMs,
        () => noAnswerError(this.#endpoints, limitMs),
        this.#clock,
      );
    } finally {
      isOver.now = true;
      this.#pending.delete(messageId);
    }
  }

  /** Rejects all pending requests. With `dropsUnsent` messages that are still queued are discarded. */
  async close(dropsUnsent: boolean): Promise<void> {
    for (const [id, pending] of this.#pending) {
      this.#pending.delete(id);
      pending.answer.promise.catch(() => undefined);
      pending.answer.reject(
        new ContextdError('BUS_CLOSED', 'the client was closed before the answer arrived'),
      );
    }
    await this.connection.close(dropsUnsent);
  }

  /** Requests with the same message id share one reply. */
  #expect(messageId: string, pending: Omit<PendingRequest, 'answer'>, isRetry: boolean): Promise<Message> {
    const known = isRetry ? undefined : this.#pending.get(messageId);
    const { answer } = known ?? { answer: createDeferred<Message>() };
    this.#pending.set(messageId, { answer, ...pending });
    return answer.promise;
  }

  #receive(frame: Uint8Array): void {
    const senderKey = this.#verifiedSender(frame);
    if (this.#security !== undefined && senderKey === undefined) return;
    const message = parseReply(frame);
    const pending = this.#pending.get(message?.header.in_reply_to ?? '');
    if (message !== undefined && pending?.senderKey === senderKey) pending?.answer.resolve(message);
  }

  /** Any client of the bus can forge a reply, so only one with a valid MAC of the expected sender counts. */
  #verifiedSender(frame: Uint8Array): string | undefined {
    const mac = parseMac(frame);
    const isExpected = [...this.#pending.values()].some(({ senderKey }) => senderKey === mac?.key);
    if (mac === undefined || !isExpected) return undefined;
    return this.#security?.authenticator.verify(frame, mac) === true ? mac.key : undefined;
  }
}
