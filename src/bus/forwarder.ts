// The forwarder: XSUB and XPUB joined by ZeroMQ's own proxy, in a thread of its own.

import { createUniqueId } from '../base/ids.js';
import { bindSocket } from './bind.js';
import type { BusEndpoints } from './connection.js';
import { HIGH_WATER_MARK, LINGER_MS, MAX_FRAME_BYTES, zmq } from './zmq.js';

/** Where the addresses stand in the context file. */
const BINDS = 'FrontBind and BackendBind';

export interface ForwarderBinds {
  /** Where publishers connect (FrontBind). */
  readonly frontend: string;
  /** Where subscribers connect (BackendBind). */
  readonly backend: string;
}

/**
 *   publishers --connect--> [frontend XSUB ==proxy== XPUB backend] <--connect-- subscribers
 *                            ^ frames go right, subscriptions go left ^
 *
 * Keeps references to proxy and sockets: collecting one as garbage would abort the process.
 */
export class Forwarder {
  readonly #proxy: zmq.Proxy;
  readonly #running: Promise<void>;
  /** The bound addresses, wildcard ports resolved. */
  readonly endpoints: BusEndpoints;
  /** The same two ends for this process itself, without a way through the network stack. */
  readonly inproc: BusEndpoints;
  #closed = false;

  private constructor(proxy: zmq.Proxy, endpoints: BusEndpoints, inproc: BusEndpoints) {
    this.#proxy = proxy;
    this.endpoints = endpoints;
    this.inproc = inproc;
    this.#running = proxy.run();
  }

  /** Throws BUS_ADDRESS_IN_USE (naming port and holder) or BUS_BIND_REFUSED. */
  static async open(binds: ForwarderBinds): Promise<Forwarder> {
    // Subscriptions count against the high-water marks too; bounded, thousands of them would be cut off.
    const frontend = new zmq.XSubscriber({
      linger: LINGER_MS,
      receiveHighWaterMark: HIGH_WATER_MARK,
      sendHighWaterMark: 0,
      maxMessageSize: MAX_FRAME_BYTES,
    });
    const backend = new zmq.XPublisher({
      // Unsubscriptions as well: the frontend counts, and passes on the last one only.
      verbosity: 'allSubsUnsubs',
      linger: LINGER_MS,
      sendHighWaterMark: HIGH_WATER_MARK,
      receiveHighWaterMark: 0,
      maxMessageSize: MAX_FRAME_BYTES,
    });
    const name = createUniqueId();
    const inproc = { publish: `inproc://front-${name}`, subscribe: `inproc://back-${name}` };
    try {
      await bindSocket(frontend, binds.frontend, BINDS);
      await bindSocket(backend, binds.backend, BINDS);
      const endpoints = {
        publish: frontend.lastEndpoint ?? binds.frontend,
        subscribe: backend.lastEndpoint ?? binds.backend,
      };
      await bindSocket(frontend, inproc.publish, BINDS);
      await bindSocket(backend, inproc.subscribe, BINDS);
      return new Forwarder(new zmq.Proxy(frontend, backend), endpoints, inproc);
    } catch (error) {
      frontend.close();
      backend.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#proxy.terminate();
    await this.#running;
  }
}
