// Failed handshakes, as seen by the connecting side and by the binding side.

import { hasErrnoCode } from '../base/errors.js';
import type { zmq } from './zmq.js';

/**
 * Why a server rejects this client: it requires another mechanism (keys, or no keys), it does not know the client's key,
 * or its own key is not the expected one.
 */
export type RejectionReason = 'mechanism' | 'unknown_key' | 'other_server';

/** A peer that was rejected before it was identified. */
export interface RejectedPeer {
  /** The local address it connected to. */
  readonly endpoint: string;
  readonly reason: 'mechanism' | 'wrong_server_key' | 'hung_up';
}

/**
 * A server with another key closes the connection without a reply. So does a server that is shutting down, but not
 * several times in a row.
 */
const REPEATED_CLOSES = 3;

/** Calls `listener` when the server rejects this client. Call it before the socket connects: the event occurs once, and can occur immediately. */
export function onRejectedByServer(socket: zmq.Socket, listener: (reason: RejectionReason) => void): void {
  let closes = 0;
  socket.events.on('handshake', () => (closes = 0));
  socket.events.on('handshake:error:auth', () => listener('unknown_key'));
  socket.events.on('handshake:error:protocol', () => listener('mechanism'));
  socket.events.on('handshake:error:other', ({ error }) => {
    // A reset means that the server has no descriptors left, not that it rejects this client. See connection-rejecter.ts.
    if (hasErrnoCode(error, 'ECONNRESET')) return;
    closes += 1;
    if (closes === REPEATED_CLOSES) listener('other_server');
  });
}

/** Calls `listener` for each peer that the socket itself rejects. Peers that ZAP rejects are known to the ZAP handler. */
export function onRejectedPeer(socket: zmq.Socket, listener: (peer: RejectedPeer) => void): void {
  socket.events.on('handshake:error:protocol', ({ address, error }) => {
    const isCrypto = 'code' in error && error.code === 'ERR_ZMTP_CRYPTOGRAPHIC';
    listener({ endpoint: address, reason: isCrypto ? 'wrong_server_key' : 'mechanism' });
  });
  // Also for another mechanism: both sides detect it at the same time, and the peer may close the connection first.
  socket.events.on('handshake:error:other', ({ address }) =>
    listener({ endpoint: address, reason: 'hung_up' }),
  );
}
