// A reader of exact topics: hands every frame to its handler, in order, until it is closed.

import { messageOf, ContextdError } from '../base/errors.js';
import { addressOptions } from './endpoint.js';
import { subscriptionOf } from './envelope.js';
import { watchRefusal, type RefusalReason } from './handshake-errors.js';
import { clientOptions, type ClientSecurity } from './security.js';
import { CONNECTING, HIGH_WATER_MARK, zmq } from './zmq.js';

export type FrameHandler = (frame: Uint8Array) => void;

/** ZMQ_SNDHWM; the binding does not offer it on a socket that only reads. */
const SEND_HIGH_WATER_MARK = 23;

/** Subscriptions are messages to the other side: with the default mark all past the first 1,000 are lost. */
class UnboundedSubscriber extends zmq.Subscriber {
  static create(options: zmq.SocketOptions<zmq.Subscriber>): zmq.Subscriber {
    const socket = new UnboundedSubscriber(options);
    socket.setInt32Option(SEND_HIGH_WATER_MARK, 0);
    return socket;
  }
}

export class Subscriber {
  readonly #socket: zmq.Subscriber;
  readonly #reading: Promise<void>;
  #closed = false;

  private constructor(socket: zmq.Subscriber, handle: FrameHandler) {
    this.#socket = socket;
    this.#reading = this.#read(handle);
  }

  /**
   * Connects to a forwarder's backend. `handle` must not throw: it sees strangers' bytes too. `refused` is called
   * when the other side is there, but will not speak with us; see refusal.ts.
   */
  static connect(
    endpoint: string,
    handle: FrameHandler,
    security?: ClientSecurity,
    refused?: (reason: RefusalReason) => void,
  ): Subscriber {
    const socket = UnboundedSubscriber.create({
      linger: 0,
      receiveHighWaterMark: HIGH_WATER_MARK,
      ...CONNECTING,
      ...addressOptions(endpoint),
      ...clientOptions(security),
    });
    // Watching takes two sockets more, and whoever publishes as well hears it there.
    if (refused !== undefined) watchRefusal(socket, refused);
    socket.connect(endpoint);
    return new Subscriber(socket, handle);
  }

  subscribe(topic: string): void {
    this.#socket.subscribe(subscriptionOf(topic));
  }

  /** Also whatever follows `prefix`, such as the heartbeats of all services. */
  subscribePrefix(prefix: string): void {
    this.#socket.subscribe(prefix);
  }

  unsubscribe(topic: string): void {
    this.#socket.unsubscribe(subscriptionOf(topic));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
    await this.#reading;
  }

  async #read(handle: FrameHandler): Promise<void> {
    try {
      for await (const [frame] of this.#socket) {
        if (frame !== undefined) handle(frame);
      }
    } catch (error) {
      if (!this.#closed)
        throw new ContextdError('INTERNAL', `subscriber failed: ${messageOf(error)}`, { cause: error });
    }
  }
}
