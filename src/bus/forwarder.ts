// The forwarder: XSUB and XPUB sockets joined by ZeroMQ's proxy. A provider runs it in a child process; see forwarder-process.ts.

import { hasErrnoCode } from '../base/errors.js';
import { bindSocket } from './bind.js';
import type { BusEndpoints } from './connection.js';
import { addressOptions } from './endpoint.js';
import { onRejectedPeer, type RejectedPeer } from './handshake-errors.js';
import { serverOptions, type ServerSecurity } from './security.js';
import { HIGH_WATER_MARK, LINGER_MS, MAX_FRAME_BYTES, zmq } from './zmq.js';

/** The elements of the context file that hold the addresses. */
const BIND_ELEMENTS = 'FrontBind and BackendBind';

/** A client that does not complete the ZMTP handshake within this time is disconnected. */
const HANDSHAKE_TIMEOUT_MS = 3000;

export interface ForwarderBinds {
  /** Where publishers connect (FrontBind). */
  readonly frontend: string;
  /** Where subscribers connect (BackendBind). */
  readonly backend: string;
}

/** A connection could not be accepted, for example because no file descriptors were left. */
export interface AcceptError {
  readonly side: keyof BusEndpoints;
  /** Such as EMFILE. */
  readonly code: string;
}

export interface ForwarderOptions {
  readonly security?: ServerSecurity | undefined;
  /** Called when a peer was rejected. */
  readonly onRejected?: ((peer: RejectedPeer) => void) | undefined;
  readonly onAcceptError?: (fault: AcceptError) => void;
  /** Called when a connection was closed because its handshake timed out. */
  readonly onHandshakeTimeout?: () => void;
}

/**
 *   publishers --connect--> [frontend XSUB ==proxy== XPUB backend] <--connect-- subscribers
 *                            ^ frames go right, subscriptions go left ^
 *
 * Keeps references to proxy and sockets: garbage collection of one of them would abort the process. While the proxy
 * runs, process.exit() and uncaught errors do not end the process, because ZeroMQ waits for the proxy.
 */
export class Forwarder {
  readonly #proxy: zmq.Proxy;
  readonly #release: () => void;
  /** The bound addresses, with wildcard ports resolved. */
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

  /** Binds both sockets and starts the proxy. Throws BUS_ADDRESS_IN_USE (with port and owner) or BUS_BIND_REFUSED. */
  static async open(binds: ForwarderBinds, options: ForwarderOptions = {}): Promise<Forwarder> {
    const { frontend, backend } = createSockets(binds, options);
    const bound: (() => void)[] = [];
    const release = () => bound.forEach((each) => each());
    try {
      bound.push(await bindSocket(frontend, binds.frontend, BIND_ELEMENTS));
      bound.push(await bindSocket(backend, binds.backend, BIND_ELEMENTS));
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
    handshakeInterval: HANDSHAKE_TIMEOUT_MS,
    ...serverOptions(options.security),
  };
  // Subscriptions count against the high-water marks too: with a limit, thousands of them would be lost.
  const frontend = new zmq.XSubscriber({
    ...common,
    receiveHighWaterMark: HIGH_WATER_MARK,
    sendHighWaterMark: 0,
    ...addressOptions(binds.frontend),
  });
  const backend = new zmq.XPublisher({
    ...common,
    // Passes on unsubscriptions too: the frontend counts them and passes on only the last one.
    verbosity: 'allSubsUnsubs',
    sendHighWaterMark: HIGH_WATER_MARK,
    receiveHighWaterMark: 0,
    ...addressOptions(binds.backend),
  });
  watchSocket(frontend, 'publish', options);
  watchSocket(backend, 'subscribe', options);
  return { frontend, backend };
}

function watchSocket(socket: zmq.Socket, end: keyof BusEndpoints, options: ForwarderOptions): void {
  const { onRejected: refused, onAcceptError: full, onHandshakeTimeout: silent } = options;
  if (refused !== undefined) onRejectedPeer(socket, refused);
  if (full !== undefined)
    socket.events.on('accept:error', ({ error }) => full({ side: end, code: error.code }));
  if (silent === undefined) return;
  socket.events.on('handshake:error:other', ({ error }) => {
    // Otherwise the peer has closed the connection.
    if (!hasErrnoCode(error, 'EPIPE', 'ECONNRESET')) silent();
  });
}
