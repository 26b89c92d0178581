// A subscriber of exact topics: passes every frame to its handler, in order.

import { messageOf, ContextdError } from '../base/errors.js';
import { addressOptions } from './endpoint.js';
import { subscriptionOf } from './envelope.js';
import { onRejectedByServer, type RejectionReason } from './handshake-errors.js';
import { clientOptions, type ClientSecurity } from './security.js';
import { CONNECT_OPTIONS, HIGH_WATER_MARK, zmq } from './zmq.js';

export type FrameHandler = (frame: Uint8Array) => void;

/** ZMQ_SNDHWM; zeromq.js does not offer it on a SUB socket. */
const SEND_HIGH_WATER_MARK = 23;

/** Subscriptions are messages to the peer: with the default high-water mark, all after the first 1,000 would be lost. */
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
   * Connects to a forwarder's backend. `handle` must not throw, although frames may be malformed. `onRejected` is called
   * when the server is reachable, but rejects this client; see handshake-errors.ts.
   */
  static connect(
    endpoint: string,
    handle: FrameHandler,
    security?: ClientSecurity,
    onRejected?: (reason: RejectionReason) => void,
  ): Subscriber {
    const socket = UnboundedSubscriber.create({
      linger: 0,
      receiveHighWaterMark: HIGH_WATER_MARK,
      ...CONNECT_OPTIONS,
      ...addressOptions(endpoint),
      ...clientOptions(security),
    });
    // Monitoring needs two more sockets, and a client that also publishes monitors its publisher.
    if (onRejected !== undefined) onRejectedByServer(socket, onRejected);
    socket.connect(endpoint);
    return new Subscriber(socket, handle);
  }

  subscribe(topic: string): void {
    this.#socket.subscribe(subscriptionOf(topic));
  }

  /** Subscribes to all topics that start with `prefix`, such as the heartbeats of all services. */
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
