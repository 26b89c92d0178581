// Connections that are refused: as the one sees it who wants to connect, and as the one who will not have it.

import { hasErrnoCode } from '../base/errors.js';
import type { zmq } from './zmq.js';

/**
 * Why the other side does not speak with us: it wants another mechanism (keys, or none), it does not know
 * our key, or it has not the key that we expect.
 */
export type RefusalReason = 'mechanism' | 'unknown_key' | 'other_server';

/** Somebody who was not let in before it was known who it is. */
export interface RejectedPeer {
  /** Where it knocked. */
  readonly endpoint: string;
  readonly reason: 'mechanism' | 'wrong_server_key' | 'hung_up';
}

/**
 * A server that cannot read what was meant for another key hangs up without a word; so does one that ends
 * at that moment, but not several times in a row.
 */
const HANG_UPS = 3;

/** To be called before the socket connects: a refusal can come at once, and comes once. */
export function watchRefusal(socket: zmq.Socket, listener: (reason: RefusalReason) => void): void {
  let hangUps = 0;
  socket.events.on('handshake', () => (hangUps = 0));
  socket.events.on('handshake:error:auth', () => listener('unknown_key'));
  socket.events.on('handshake:error:protocol', () => listener('mechanism'));
  socket.events.on('handshake:error:other', ({ error }) => {
    // A forwarder without descriptors turns away whom it has not listened to: that is no refusal. See turn-away.ts.
    if (hasErrnoCode(error, 'ECONNRESET')) return;
    hangUps += 1;
    if (hangUps === HANG_UPS) listener('other_server');
  });
}

/** Tells of everybody whom the socket itself refuses; what the gate refuses, the gate knows. */
export function watchRejectedPeers(socket: zmq.Socket, listener: (stranger: RejectedPeer) => void): void {
  socket.events.on('handshake:error:protocol', ({ address, error }) => {
    const isCrypto = 'code' in error && error.code === 'ERR_ZMTP_CRYPTOGRAPHIC';
    listener({ endpoint: address, reason: isCrypto ? 'wrong_server_key' : 'mechanism' });
  });
  // Another mechanism as well: both sides see it at the same moment, and the other one may be the first to close.
  socket.events.on('handshake:error:other', ({ address }) =>
    listener({ endpoint: address, reason: 'hung_up' }),
  );
}
