// Sends requests over a connection and resolves with their replies: pending requests, deadline, proof of the sender.

import type { Clock } from '../../base/clock.js';
import { createDeferred, withDeadline, type Deferred } from '../../base/deferred.js';
import { ContextdError } from '../../base/errors.js';
import { createUniqueId } from '../../base/ids.js';
import type { Connection, ConnectionSecurity } from '../connection.js';
import { isSignedBy } from '../message-mac.js';
import { resendAfterReconnect } from './resend-lost.js';
import { retryReplayed } from './retry-replayed.js';

/** The part of a reply that is used here. */
export interface Reply {
  readonly header: { readonly in_reply_to?: string | undefined };
}

export interface RequesterPorts<R extends Reply> {
  readonly connection: Pick<Connection, 'id' | 'publish' | 'close'> & {
    readonly publisher: Pick<Connection['publisher'], 'onConnectionChange'>;
  };
  readonly security: ConnectionSecurity | undefined;
  readonly clock: Clock;
  /** The time limit of requests, in milliseconds. */
  readonly limitMs: number;
  /** The error of a request without a reply within `limitMs`. */
  readonly noAnswer: (limitMs: number) => Error;
  /** Whether the receiver rejects a request because its seal is older than the receiver. */
  readonly isReplayed: (reply: R) => boolean;
}

export interface RequestOptions {
  /** A new one by default. */
  readonly messageId?: string | undefined;
  /** Public key of the receiver; the provider's by default. */
  readonly receiverKey?: string | undefined;
  readonly limitMs?: number | undefined;
}

export interface PendingRequest<R> {
  readonly answer: Deferred<R>;
  /** Public key of the one sender whose reply counts; undefined without security. */
  readonly senderKey: string | undefined;
  /** Sends the request again. */
  send(): Promise<void>;
}

/** The owner of the connection passes each reply that it receives to `receive`. */
export class Requester<R extends Reply> {
  readonly #ports: RequesterPorts<R>;
  readonly #pending = new Map<string, PendingRequest<R>>();

  constructor(ports: RequesterPorts<R>) {
    this.#ports = ports;
    resendAfterReconnect(ports.connection.publisher, this.#pending, ports.clock);
  }

  /** Adds message id and sender to the header, then does what `exchange` does. */
  request(
    topic: string,
    message: { readonly header: object; readonly content: unknown },
    { messageId = createUniqueId(), ...options }: RequestOptions = {},
  ): Promise<R> {
    const header = { ...message.header, message_id: messageId, sender: this.#ports.connection.id };
    return this.exchange(topic, { ...message, header }, { ...options, messageId });
  }

  /** Publishes `body` and resolves with its reply. Throws the error of `noAnswer`, and BUS_CLOSED. */
  async exchange(
    topic: string,
    body: unknown,
    {
      messageId,
      receiverKey,
      limitMs = this.#ports.limitMs,
    }: RequestOptions & { readonly messageId: string },
  ): Promise<R> {
    const { connection, security, clock, noAnswer, isReplayed } = this.#ports;
    const isOver = { now: false };
    const send = () => connection.publish(topic, body, receiverKey);
    const pending = { senderKey: receiverKey ?? security?.recipient, send };
    // The deadline includes sending: a provider that does not read blocks it.
    const answered = retryReplayed({
      ...{ send, clock, isReplayed },
      expect: (isRetry) => this.#expect(messageId, pending, isRetry),
      isOver: () => isOver.now,
    });
    try {
      return await withDeadline(answered, limitMs, () => noAnswer(limitMs), clock);
    } finally {
      isOver.now = true;
      this.#pending.delete(messageId);
    }
  }

  /** Any client of the bus can forge a reply: with security, only one with a MAC of the expected sender counts. */
  receive(reply: R, frame: Uint8Array): void {
    const { security } = this.#ports;
    const { answer, senderKey } = this.#pending.get(reply.header.in_reply_to ?? '') ?? {};
    const isProven =
      security === undefined ||
      (senderKey !== undefined && isSignedBy(frame, senderKey, security.authenticator));
    if (isProven) answer?.resolve(reply);
  }

  /** Rejects all pending requests, and closes the connection. With `dropsUnsent` queued messages are discarded. */
  async close(dropsUnsent = false): Promise<void> {
    for (const { answer } of this.#pending.values()) {
      answer.promise.catch(() => undefined);
      answer.reject(new ContextdError('BUS_CLOSED', 'the connection was closed before the reply arrived'));
    }
    this.#pending.clear();
    await this.#ports.connection.close(dropsUnsent);
  }

  /** Requests with the same message id share one reply. */
  #expect(messageId: string, pending: Omit<PendingRequest<R>, 'answer'>, isRetry: boolean): Promise<R> {
    const known = isRetry ? undefined : this.#pending.get(messageId);
    const { answer } = known ?? { answer: createDeferred<R>() };
    this.#pending.set(messageId, { answer, ...pending });
    return answer.promise;
  }
}
