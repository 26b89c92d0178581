// The forwarder: XSUB and XPUB joined by ZeroMQ's own proxy, in a thread of its own.

import { createUniqueId } from '../base/ids.js';
import { bindSocket } from './bind.js';
import type { BusEndpoints } from './connection.js';
import { watchStrangers, type Stranger } from './refusal.js';
import { serverOptions, type ServerSecurity } from './security.js';
import { HIGH_WATER_MARK, LINGER_MS, MAX_FRAME_BYTES, zmq } from './zmq.js';

/** Where the addresses stand in the context file. */
const BINDS = 'FrontBind and BackendBind';

export interface ForwarderBinds {
  /** Where publishers connect (FrontBind). */
  readonly frontend: string;
  /** Where subscribers connect (BackendBind). */
  readonly backend: string;
}

export interface ForwarderSecurity {
  readonly server: ServerSecurity;
  /** Somebody was not let in. */
  readonly refused: (stranger: Stranger) => void;
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
  readonly #release: () => void;
  /** The bound addresses, wildcard ports resolved. */
  readonly endpoints: BusEndpoints;
  /** The same two ends for this process itself, without a way through the network stack. */
  readonly inproc: BusEndpoints;
  #closed = false;

  private constructor(proxy: zmq.Proxy, { endpoints, inproc, release }: ForwarderEnds) {
    this.#proxy = proxy;
    this.#release = release;
    this.endpoints = endpoints;
    this.inproc = inproc;
    this.#running = proxy.run();
  }

  /** Throws BUS_ADDRESS_IN_USE (naming port and holder) or BUS_BIND_REFUSED. */
  static async open(binds: ForwarderBinds, security?: ForwarderSecurity): Promise<Forwarder> {
    const curve = serverOptions(security?.server);
    // Subscriptions count against the high-water marks too; bounded, thousands of them would be cut off.
    const frontend = new zmq.XSubscriber({
      linger: LINGER_MS,
      receiveHighWaterMark: HIGH_WATER_MARK,
      sendHighWaterMark: 0,
      maxMessageSize: MAX_FRAME_BYTES,
      ...curve,
    });
    const backend = new zmq.XPublisher({
      // Unsubscriptions as well: the frontend counts, and passes on the last one only.
      verbosity: 'allSubsUnsubs',
      linger: LINGER_MS,
      sendHighWaterMark: HIGH_WATER_MARK,
      receiveHighWaterMark: 0,
      maxMessageSize: MAX_FRAME_BYTES,
      ...curve,
    });
    if (security !== undefined)
      for (const each of [frontend, backend]) watchStrangers(each, security.refused);
    const name = createUniqueId();
    const inproc = { publish: `inproc://front-${name}`, subscribe: `inproc://back-${name}` };
    const held: (() => void)[] = [];
    const release = () => held.forEach((each) => each());
    try {
      held.push(await bindSocket(frontend, binds.frontend, BINDS));
      held.push(await bindSocket(backend, binds.backend, BINDS));
      const endpoints = {
        publish: frontend.lastEndpoint ?? binds.frontend,
        subscribe: backend.lastEndpoint ?? binds.backend,
      };
      await bindSocket(frontend, inproc.publish, BINDS);
      await bindSocket(backend, inproc.subscribe, BINDS);
      return new Forwarder(new zmq.Proxy(frontend, backend), { endpoints, inproc, release });
    } catch (error) {
      frontend.close();
      backend.close();
      release();
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#proxy.terminate();
    await this.#running;
    this.#release();
  }
}

interface ForwarderEnds {
  readonly endpoints: BusEndpoints;
  readonly inproc: BusEndpoints;
  /** Removes what the binds have left on disk. */
  readonly release: () => void;
}
