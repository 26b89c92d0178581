// The gate: ZeroMQ asks it (ZAP, RFC 27) whether the owner of a key may connect to a secured socket.

import { encodeZ85, KEY_BYTES, type KeyPair } from '../base/keys.js';
import { hasErrnoCode } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';
import type { ServerSecurity } from './security.js';
import { zmq } from './zmq.js';

/** Somebody who wants to connect, and has proven to own the key. */
export interface Peer {
  /** Z85. */
  readonly key: string;
  /** Its IP address; blank on `ipc://`. */
  readonly address: string;
}

export type AdmitPeer = (peer: Peer) => boolean | Promise<boolean>;

export interface ZapHandler {
  /** For the sockets that stand behind this gate. */
  readonly security: ServerSecurity;
  /** To be called when those sockets are closed. */
  close(): void;
}

/** ZeroMQ looks for it here, and nowhere else: there is one for the whole process. */
const ADDRESS = 'inproc://zeromq.zap.01';
const VERSION = '1.0';
const judges = new Map<string, AdmitPeer>();
let socket: Promise<zmq.Reply> | undefined;

/** Owners of keys that `judge` does not know are refused before they can say anything. */
export async function openZapHandler(keys: KeyPair, judge: AdmitPeer): Promise<ZapHandler> {
  const domain = createUniqueId();
  judges.set(domain, judge);
  socket ??= bind();
  try {
    await socket;
  } catch (error) {
    judges.delete(domain);
    socket = undefined;
    throw error;
  }
  return { security: { keys, domain }, close: () => close(domain) };
}

function close(domain: string): void {
  judges.delete(domain);
  if (judges.size > 0) return;
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
      // An earlier one is closed, but ZeroMQ's own thread has not come round to it yet.
      if (!hasErrnoCode(error, 'EADDRINUSE')) throw error;
      await new Promise((resume) => setImmediate(resume));
    }
  }
}

async function serve(reply: zmq.Reply): Promise<void> {
  try {
    for await (const [version, id, domain, address, , mechanism, key] of reply) {
      const judge = judges.get(String(domain));
      const isCurve =
        String(version) === VERSION && String(mechanism) === 'CURVE' && key?.length === KEY_BYTES;
      const peer = isCurve ? { key: encodeZ85(key), address: String(address) } : undefined;
      const isAdmitted = peer !== undefined && judge !== undefined && (await isAdmittedBy(judge, peer));
      const verdict = isAdmitted ? ['200', 'OK'] : ['400', 'this key is not admitted'];
      await reply.send([VERSION, id ?? '', ...verdict, '', '']);
    }
  } catch (error) {
    // Closed while an answer was on its way.
    if (!reply.closed) throw error;
  }
}

/** A judge that fails lets nobody in, and keeps nobody else from being judged. */
async function isAdmittedBy(judge: AdmitPeer, peer: Peer): Promise<boolean> {
  try {
    return await judge(peer);
  } catch {
    return false;
  }
}
