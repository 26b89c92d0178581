// The ZAP handler (ZeroMQ RFC 27): decides whether the owner of a key may connect to a socket with security.

import { encodeZ85, KEY_BYTES, type KeyPair } from '../base/keys.js';
import { hasErrnoCode } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';
import type { ServerSecurity } from './security.js';
import { zmq } from './zmq.js';

/** A client that wants to connect and has proven that it owns `key`. */
export interface Peer {
  /** Z85. */
  readonly key: string;
  /** Its IP address; '' on `ipc://`. */
  readonly address: string;
}

export type AuthorizePeer = (peer: Peer) => boolean | Promise<boolean>;

export interface ZapHandler {
  /** Options for the sockets that this handler protects. */
  readonly security: ServerSecurity;
  /** Call this after the sockets are closed. */
  close(): void;
}

/** The fixed address of the ZAP handler: a process has only one. */
const ADDRESS = 'inproc://zeromq.zap.01';
const VERSION = '1.0';
const authorizers = new Map<string, AuthorizePeer>();
let socket: Promise<zmq.Reply> | undefined;

/** Rejects clients that `authorize` does not accept, before they can send anything. */
export async function openZapHandler(keys: KeyPair, authorize: AuthorizePeer): Promise<ZapHandler> {
  const domain = createUniqueId();
  authorizers.set(domain, authorize);
  socket ??= bind();
  try {
    await socket;
  } catch (error) {
    authorizers.delete(domain);
    socket = undefined;
    throw error;
  }
  return { security: { keys, domain }, close: () => close(domain) };
}

function close(domain: string): void {
  authorizers.delete(domain);
  if (authorizers.size > 0) return;
  void socket?.then((each) => each.close());
  socket = undefined;
}

async function bind(): Promise<zmq.Reply> {
  const reply = new zmq.Reply({ linger: 0 });
  for (;;) {
    try {
      await reply.bind(ADDRESS);
      void serve(reply);
      return reply;
    } catch (error) {
      // The previous socket is closed, but ZeroMQ's thread has not released its address yet.
      if (!hasErrnoCode(error, 'EADDRINUSE')) throw error;
      await new Promise((resume) => setImmediate(resume));
    }
  }
}

async function serve(reply: zmq.Reply): Promise<void> {
  try {
    for await (const [version, id, domain, address, , mechanism, key] of reply) {
      const authorize = authorizers.get(String(domain));
      const isCurve =
        String(version) === VERSION && String(mechanism) === 'CURVE' && key?.length === KEY_BYTES;
      const peer = isCurve ? { key: encodeZ85(key), address: String(address) } : undefined;
      const isAllowed =
        peer !== undefined && authorize !== undefined && (await isAuthorized(authorize, peer));
      const status = isAllowed ? ['200', 'OK'] : ['400', 'this key is not allowed'];
      await reply.send([VERSION, id ?? '', ...status, '', '']);
    }
  } catch (error) {
    // Closed while a reply was being sent.
    if (!reply.closed) throw error;
  }
}

/** An `authorize` that throws rejects its peer and does not affect others. */
async function isAuthorized(authorize: AuthorizePeer, peer: Peer): Promise<boolean> {
  try {
    return await authorize(peer);
  } catch {
    return false;
  }
}
