// A publisher with an address of its own: others connect to it, without a forwarder between.

import { bindSocket } from './bind.js';
import { addressOptions } from './endpoint.js';
import { encodeEnvelope } from './envelope.js';
import { serverOptions, type ServerSecurity } from './security.js';
import { LINGER_MS, zmq } from './zmq.js';

/** Messages held for a reader that is slow; what comes then is lost to that reader alone. */
const MOST_HELD = 1000;

export class BoundPublisher {
  readonly #socket: zmq.Publisher;
  /** Where it is bound, a wildcard port resolved. */
  readonly endpoint: string;
  readonly #release: () => void;
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(socket: zmq.Publisher, endpoint: string, release: () => void) {
    this.#socket = socket;
    this.#release = release;
    this.endpoint = endpoint;
  }

  /** Throws BUS_ADDRESS_IN_USE or BUS_BIND_REFUSED; `element` is what holds the address in the context file. */
  static async open(endpoint: string, element: string, security?: ServerSecurity): Promise<BoundPublisher> {
    const curve = serverOptions(security);
    const socket = new zmq.Publisher({
      linger: LINGER_MS,
      sendHighWaterMark: MOST_HELD,
      ...curve,
      ...addressOptions(endpoint),
    });
    try {
      const release = await bindSocket(socket, endpoint, element);
      return new BoundPublisher(socket, socket.lastEndpoint ?? endpoint, release);
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** To whoever listens now; resolves when it is handed to ZeroMQ. One message leaves after the other. */
  publish(topic: string, body: unknown): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    const frame = encodeEnvelope({ topic, body });
    const sent = this.#last.then(() => (this.#isClosed ? undefined : this.#socket.send(frame)));
    this.#last = sent.catch(() => undefined);
    return sent;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#last;
    this.#socket.close();
    this.#release();
  }
}
