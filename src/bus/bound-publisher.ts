// A PUB socket with its own address: subscribers connect to it directly, without a forwarder.

import { bindSocket } from './bind.js';
import { addressOptions } from './endpoint.js';
import { encodeEnvelope } from './envelope.js';
import { serverOptions, type ServerSecurity } from './security.js';
import { LINGER_MS, zmq } from './zmq.js';

/** Maximum number of messages queued for a slow subscriber; it loses any further ones. */
const MAX_QUEUED = 1000;

export class BoundPublisher {
  readonly #socket: zmq.Publisher;
  /** The bound address, with a wildcard port resolved. */
  readonly endpoint: string;
  readonly #release: () => void;
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(socket: zmq.Publisher, endpoint: string, release: () => void) {
    this.#socket = socket;
    this.#release = release;
    this.endpoint = endpoint;
  }

  /** Binds `endpoint`; `element` is the element of the context file that holds it. Throws BUS_ADDRESS_IN_USE or BUS_BIND_REFUSED. */
  static async open(endpoint: string, element: string, security?: ServerSecurity): Promise<BoundPublisher> {
    const curve = serverOptions(security);
    const socket = new zmq.Publisher({
      linger: LINGER_MS,
      sendHighWaterMark: MAX_QUEUED,
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

  /** Sends to all current subscribers. Resolves when ZeroMQ has accepted the message. Messages are sent in call order. */
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
