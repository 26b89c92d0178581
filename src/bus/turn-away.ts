// Closes connections that wait where they cannot be accepted.

import { createServer, type Server, type Socket } from 'node:net';
import { systemClock } from '../base/clock.js';

/** After so long without a fault the listening socket is left to the forwarder alone. */
const QUIET_MS = 1000;

/**
 *   clients --connect--> [queue of the listening socket] --accept: EMFILE, again and again--> forwarder
 *                                       \--accept, close--> provider, which has descriptors
 *
 * ZeroMQ asks for the next connection without a pause as long as one waits that it has no descriptor for. Somebody
 * who is turned away and means well connects again.
 */
export class TurnAway {
  #server: Server | undefined;
  #cancel: () => void = () => undefined;

  /** A connection could not be accepted at `listener`. */
  note(listener: Socket): void {
    if (this.#server === undefined) this.#open(listener);
    // A copy of the descriptor, which is not needed a second time.
    else listener.destroy();
    this.#cancel();
    this.#cancel = systemClock.after(QUIET_MS, () => this.close());
  }

  close(): void {
    this.#cancel();
    this.#server?.close();
    this.#server = undefined;
  }

  #open(listener: Socket): void {
    listener.on('error', () => undefined);
    const server = createServer(turnAway);
    server.on('error', () => this.close());
    // It ends no process, and keeps none.
    server.listen(listener).unref();
    this.#server = server;
  }
}

/** With a reset, which a client can tell from the end of a connection to a provider that refuses it. */
function turnAway(connection: Socket): void {
  // Only TCP has it; on a local socket an unread greeting does the same.
  if (connection.remoteAddress === undefined) connection.destroy();
  else connection.resetAndDestroy();
}
