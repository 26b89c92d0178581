// Closes connections that the forwarder cannot accept because it has no file descriptors left.

import { createServer, type Server, type Socket } from 'node:net';
import { systemClock } from '../base/clock.js';

/** After this time without an error, only the forwarder accepts connections again. */
const IDLE_MS = 1000;

/**
 *   clients --connect--> [queue of the listening socket] --accept: EMFILE, in a loop--> forwarder
 *                                       \--accept, close--> provider, which has free descriptors
 *
 * While a connection waits for which it has no descriptor, ZeroMQ calls accept in a busy loop. Closing the connection
 * ends the loop; its client reconnects.
 */
export class ConnectionRejecter {
  #server: Server | undefined;
  #cancel: () => void = () => undefined;

  /** Call this when a connection could not be accepted at `listener`. */
  acceptFailed(listener: Socket): void {
    if (this.#server === undefined) this.#open(listener);
    // One copy of the descriptor is enough.
    else listener.destroy();
    this.#cancel();
    this.#cancel = systemClock.after(IDLE_MS, () => this.close());
  }

  close(): void {
    this.#cancel();
    this.#server?.close();
    this.#server = undefined;
  }

  #open(listener: Socket): void {
    listener.on('error', () => undefined);
    const server = createServer(rejectConnection);
    server.on('error', () => this.close());
    // It must not keep the process running.
    server.listen(listener).unref();
    this.#server = server;
  }
}

/** Resets the connection: clients distinguish a reset from the close of a provider that rejects them. */
function rejectConnection(connection: Socket): void {
  // Only TCP has a reset; on a local socket the unread ZMTP greeting has the same effect.
  if (connection.remoteAddress === undefined) connection.destroy();
  else connection.resetAndDestroy();
}
