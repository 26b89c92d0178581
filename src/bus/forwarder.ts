// The forwarder's sockets: XSUB and XPUB joined by ZeroMQ's own proxy. A provider runs it as a program: forwarder-process.ts.

import { hasErrnoCode } from '../base/errors.js';
import { bindSocket } from './bind.js';
import type { BusEndpoints } from './connection.js';
import { addressOptions } from './endpoint.js';
import { watchRejectedPeers, type RejectedPeer } from './handshake-errors.js';
import { serverOptions, type ServerSecurity } from './security.js';
import { HIGH_WATER_MARK, LINGER_MS, MAX_FRAME_BYTES, zmq } from './zmq.js';

/** Where the addresses stand in the context file. */
const BINDS = 'FrontBind and BackendBind';

/** Whoever connects and does not say what it speaks is disconnected after this time. */
const HANDSHAKE_MS = 3000;

export interface ForwarderBinds {
  /** Where publishers connect (FrontBind). */
  readonly frontend: string;
  /** Where subscribers connect (BackendBind). */
  readonly backend: string;
}

/** A connection that came and could not be accepted, such as for want of descriptors. */
export interface AcceptFault {
  readonly end: keyof BusEndpoints;
  /** Such as EMFILE. */
  readonly code: string;
}

export interface ForwarderOptions {
  readonly security?: ServerSecurity | undefined;
  /** Somebody was not let in. */
  readonly refused?: ((stranger: RejectedPeer) => void) | undefined;
  readonly full?: (fault: AcceptFault) => void;
  /** A connection was closed because its handshake was not done in time. */
  readonly silent?: () => void;
}

/**
 *   publishers --connect--> [frontend XSUB ==proxy== XPUB backend] <--connect-- subscribers
 *                            ^ frames go right, subscriptions go left ^
 *
 * Keeps references to proxy and sockets: collecting one as garbage would abort the process. While it runs, the
 * process cannot be ended by process.exit() or by an error: ZeroMQ waits for the proxy.
 */
export class Forwarder {
  readonly #proxy: zmq.Proxy;
  readonly #release: () => void;
  /** The bound addresses, wildcard ports resolved. */
  readonly endpoints: BusEndpoints;
  /** Rejects when the proxy ends before it is closed. */
  readonly running: Promise<void>;
  #closed = false;

  private constructor(proxy: zmq.Proxy, endpoints: BusEndpoints, release: () => void) {
    this.#proxy = proxy;
    this.#release = release;
    this.endpoints = endpoints;
    this.running = proxy.run();
    this.running.catch(() => undefined);
  }

  /** Throws BUS_ADDRESS_IN_USE (naming port and holder) or BUS_BIND_REFUSED. */
  static async open(binds: ForwarderBinds, options: ForwarderOptions = {}): Promise<Forwarder> {
    const { frontend, backend } = createSockets(binds, options);
    const held: (() => void)[] = [];
    const release = () => held.forEach((each) => each());
    try {
      held.push(await bindSocket(frontend, binds.frontend, BINDS));
      held.push(await bindSocket(backend, binds.backend, BINDS));
      const endpoints = {
        publish: frontend.lastEndpoint ?? binds.frontend,
        subscribe: backend.lastEndpoint ?? binds.backend,
      };
      return new Forwarder(new zmq.Proxy(frontend, backend), endpoints, release);
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
    await this.running;
    this.#release();
  }
}

function createSockets(binds: ForwarderBinds, options: ForwarderOptions) {
  const common = {
    linger: LINGER_MS,
    maxMessageSize: MAX_FRAME_BYTES,
    handshakeInterval: HANDSHAKE_MS,
    ...serverOptions(options.security),
  };
  // Subscriptions count against the high-water marks too; bounded, thousands of them would be cut off.
  const frontend = new zmq.XSubscriber({
    ...common,
    receiveHighWaterMark: HIGH_WATER_MARK,
    sendHighWaterMark: 0,
    ...addressOptions(binds.frontend),
  });
  const backend = new zmq.XPublisher({
    ...common,
    // Unsubscriptions as well: the frontend counts, and passes on the last one only.
    verbosity: 'allSubsUnsubs',
    sendHighWaterMark: HIGH_WATER_MARK,
    receiveHighWaterMark: 0,
    ...addressOptions(binds.backend),
  });
  watch(frontend, 'publish', options);
  watch(backend, 'subscribe', options);
  return { frontend, backend };
}

function watch(socket: zmq.Socket, end: keyof BusEndpoints, options: ForwarderOptions): void {
  const { refused, full, silent } = options;
  if (refused !== undefined) watchRejectedPeers(socket, refused);
  if (full !== undefined) socket.events.on('accept:error', ({ error }) => full({ end, code: error.code }));
  if (silent === undefined) return;
  socket.events.on('handshake:error:other', ({ error }) => {
    // Otherwise it was the other side that closed the connection.
    if (!hasErrnoCode(error, 'EPIPE', 'ECONNRESET')) silent();
  });
}
