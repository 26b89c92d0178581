// The two sockets of everyone on the bus, and the proof that what was subscribed is in effect.

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

/** How a connection proves who it is. */
export interface ConnectionSecurity {
  /** How its sockets connect; left out within the process of the forwarder. */
  readonly curve?: ClientSecurity;
  readonly sealer: MessageAuthenticator;
  /** For whom everything is sealed that is not said to be for somebody else. */
  readonly reader?: string;
}

/** Of a client or a service: all it says is for the server. `followsClock`: see Sealer. */
export function securityOf(
  curve: ClientSecurity | undefined,
  followsClock = false,
): ConnectionSecurity | undefined {
  return (
    curve && {
      curve,
      sealer: new MessageAuthenticator(curve.keys, undefined, followsClock),
      reader: curve.serverKey,
    }
  );
}

/**
 *   us: SUB --subscribe(topics), subscribe(echo)--> XPUB [forwarder] XSUB --echo wanted--> XPUB :us
 *
 * A subscription takes effect at some later moment. Who has to know subscribes to a topic of our own last; once
 * our publisher is told that it is wanted, the forwarder has taken all those before it as well.
 */
export class Connection {
  readonly id: string = createSenderId();
  readonly publisher: Publisher;
  /** How many messages have come and gone so far. */
  readonly traffic = { received: 0, sent: 0 };
  readonly #connect: () => Subscriber;
  #subscriber: Subscriber;
  readonly #echo: string;
  readonly #awaited = new Map<string, () => void>();
  readonly #security: ConnectionSecurity | undefined;

  constructor(
    endpoints: BusEndpoints,
    topics: readonly string[],
    handle: FrameHandler,
    security?: ConnectionSecurity,
  ) {
    const { publish, subscribe } = endpoints;
    this.#security = security;
    this.#echo = `echo.${this.id}`;
    this.publisher = Publisher.connect(publish, security?.curve);
    const receive = (frame: Uint8Array) => this.#receive(frame, handle);
    this.#connect = () => Subscriber.connect(subscribe, receive, security?.curve);
    this.#subscriber = this.#connect();
    for (const topic of topics) this.#subscriber.subscribe(topic);
  }

  /** Resolves when everything that has been subscribed so far is in effect. */
  async ready(): Promise<void> {
    this.#subscriber.subscribe(this.#echo);
    await this.publisher.waitForSubscriber(this.#echo);
    this.#subscriber.unsubscribe(this.#echo);
  }

  /** Also hears `topic` from some later moment on. */
  subscribe(topic: string): void {
    this.#subscriber.subscribe(topic);
  }

  /** Takes back one `subscribe`. */
  unsubscribe(topic: string): void {
    this.#subscriber.unsubscribe(topic);
  }

  subscribePrefix(prefix: string): void {
    this.#subscriber.subscribePrefix(prefix);
  }

  /** Sealed for `reader`, where there is security. */
  publish(topic: string, body: unknown, reader?: string): Promise<void> {
    return this.publishFrame(encodeEnvelope({ topic, body }), reader);
  }

  publishFrame(frame: string, reader = this.#security?.reader): Promise<void> {
    this.traffic.sent += 1;
    const isSealed = this.#security !== undefined && reader !== undefined;
    return this.publisher.publish(isSealed ? this.#security.sealer.seal(frame, reader) : frame);
  }

  /**
   * Resolves when a message of our own has come back to us: everything we published before it has
   * passed the forwarder as well.
   */
  async roundTrip(): Promise<void> {
    const topic = `echo.${this.id}.${createUniqueId()}`;
    const back = createDeferred<void>();
    this.#awaited.set(topic, () => back.resolve());
    this.#subscriber.subscribe(topic);
    await this.publisher.waitForSubscriber(topic);
    await this.publish(topic, {});
    await back.promise;
    this.#subscriber.unsubscribe(topic);
  }

  /**
   * Hears nothing any more; resolves when everything we published has passed the forwarder, or after `mostMs`. What
   * others send does not hold it up: the message that comes back does so on a connection of its own.
   */
  async leave(mostMs: number): Promise<void> {
    await this.#subscriber.close();
    this.#subscriber = this.#connect();
    const late = createDeferred<void>();
    const cancel = systemClock.after(mostMs, () => late.resolve());
    await Promise.race([this.roundTrip().catch(() => undefined), late.promise]);
    cancel();
  }

  #receive(frame: Uint8Array, handle: FrameHandler): void {
    for (const [topic, arrived] of this.#awaited) {
      const start = Buffer.from(frame.buffer, frame.byteOffset, Math.min(topic.length, frame.byteLength));
      if (start.toString() !== topic) continue;
      this.#awaited.delete(topic);
      arrived();
      return;
    }
    this.traffic.received += 1;
    handle(frame);
  }

  /** See `Publisher.close`. */
  async close(isGivenUp = false): Promise<void> {
    await Promise.all([this.#subscriber.close(), this.publisher.close(isGivenUp)]);
  }
}
