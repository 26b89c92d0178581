// A client of the bus: one subscriber and one publisher, with confirmation that subscriptions are in effect.

import { systemClock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';
import { createSenderId, createUniqueId } from '../base/ids.js';
import { encodeEnvelope } from './envelope.js';
import { Publisher } from './publisher.js';
import { MessageAuthenticator } from './message-mac.js';
import type { ClientSecurity } from './security.js';
import { Subscriber, type FrameHandler } from './subscriber.js';

export interface BusEndpoints {
  /** Where subscribers connect (FrontEndEndpoint). */
  readonly subscribe: string;
  /** Where publishers connect (BackendEndpoint). */
  readonly publish: string;
}

/** Keys and message authentication of a connection. */
export interface ConnectionSecurity {
  /** Keys of its sockets; left out within the process of the forwarder. */
  readonly curve?: ClientSecurity;
  readonly authenticator: MessageAuthenticator;
  /** Public key of the default recipient of messages. */
  readonly recipient?: string;
}

/** Security of a client or a service: the server is the recipient of its messages. `followsClock`: see MessageAuthenticator. */
export function composeSecurity(
  curve: ClientSecurity | undefined,
  followsClock = false,
): ConnectionSecurity | undefined {
  return (
    curve && {
      curve,
      authenticator: new MessageAuthenticator(curve.keys, undefined, followsClock),
      recipient: curve.serverKey,
    }
  );
}

/**
 *   us: SUB --subscribe(topics), subscribe(echo)--> XPUB [forwarder] XSUB --subscribe(echo)--> XPUB :us
 *
 * A subscription takes effect asynchronously. `ready` subscribes to a topic of this connection last: once its own
 * publisher sees that subscription, the forwarder has processed all earlier ones too.
 */
export class Connection {
  readonly id: string = createSenderId();
  readonly publisher: Publisher;
  /** Number of messages received and sent so far. */
  readonly traffic = { received: 0, sent: 0 };
  readonly #connect: () => Subscriber;
  #subscriber: Subscriber;
  readonly #echoTopic: string;
  readonly #pendingEchoes = new Map<string, () => void>();
  readonly #security: ConnectionSecurity | undefined;

  constructor(
    endpoints: BusEndpoints,
    topics: readonly string[],
    handle: FrameHandler,
    security?: ConnectionSecurity,
  ) {
    const { publish, subscribe } = endpoints;
    this.#security = security;
    this.#echoTopic = `echo.${this.id}`;
    this.publisher = Publisher.connect(publish, security?.curve);
    const receive = (frame: Uint8Array) => this.#receive(frame, handle);
    this.#connect = () => Subscriber.connect(subscribe, receive, security?.curve);
    this.#subscriber = this.#connect();
    for (const topic of topics) this.#subscriber.subscribe(topic);
  }

  /** Resolves when all subscriptions made so far are in effect. */
  async ready(): Promise<void> {
    this.#subscriber.subscribe(this.#echoTopic);
    await this.publisher.waitForSubscriber(this.#echoTopic);
    this.#subscriber.unsubscribe(this.#echoTopic);
  }

  /** Subscribes to `topic`; takes effect asynchronously. */
  subscribe(topic: string): void {
    this.#subscriber.subscribe(topic);
  }

  /** Cancels one `subscribe`. */
  unsubscribe(topic: string): void {
    this.#subscriber.unsubscribe(topic);
  }

  subscribePrefix(prefix: string): void {
    this.#subscriber.subscribePrefix(prefix);
  }

  /** Publishes a message, authenticated for `recipient` (a public key) if the connection has security. */
  publish(topic: string, body: unknown, recipient?: string): Promise<void> {
    return this.publishFrame(encodeEnvelope({ topic, body }), recipient);
  }

  publishFrame(frame: string, recipient = this.#security?.recipient): Promise<void> {
    this.traffic.sent += 1;
    const isSigned = this.#security !== undefined && recipient !== undefined;
    return this.publisher.publish(isSigned ? this.#security.authenticator.sign(frame, recipient) : frame);
  }

  /**
   * Sends a message to itself and resolves when it arrives: the forwarder has then passed on everything published
   * before.
   */
  async flush(): Promise<void> {
    const topic = `echo.${this.id}.${createUniqueId()}`;
    const arrived = createDeferred<void>();
    this.#pendingEchoes.set(topic, () => arrived.resolve());
    this.#subscriber.subscribe(topic);
    await this.publisher.waitForSubscriber(topic);
    await this.publish(topic, {});
    await arrived.promise;
    this.#subscriber.unsubscribe(topic);
  }

  /**
   * Stops receiving, and resolves when the forwarder has passed on everything published so far, or after `timeoutMs`.
   * Uses a new subscriber for its own message, so that other messages do not delay it.
   */
  async drain(timeoutMs: number): Promise<void> {
    await this.#subscriber.close();
    this.#subscriber = this.#connect();
    const late = createDeferred<void>();
    const cancel = systemClock.after(timeoutMs, () => late.resolve());
    await Promise.race([this.flush().catch(() => undefined), late.promise]);
    cancel();
  }

  #receive(frame: Uint8Array, handle: FrameHandler): void {
    for (const [topic, arrived] of this.#pendingEchoes) {
      const start = Buffer.from(frame.buffer, frame.byteOffset, Math.min(topic.length, frame.byteLength));
      if (start.toString() !== topic) continue;
      this.#pendingEchoes.delete(topic);
      arrived();
      return;
    }
    this.traffic.received += 1;
    handle(frame);
  }

  /** See `Publisher.close`. */
  async close(discardsUnsent = false): Promise<void> {
    await Promise.all([this.#subscriber.close(), this.publisher.close(discardsUnsent)]);
  }
}
