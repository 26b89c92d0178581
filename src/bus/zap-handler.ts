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

/** The fixed address of the ZAP handler: a process has only one. */
const ADDRESS = 'inproc://zeromq.zap.01';
const VERSION = '1.0';

/** Rejects clients that `authorize` does not accept, before they can send anything. */
export class ZapHandler {
  /** Options for the sockets that this handler protects. */
  readonly security: ServerSecurity;
  readonly #authorize: AuthorizePeer;
  readonly #socket = new zmq.Reply({ linger: 0 });

  private constructor(keys: KeyPair, authorize: AuthorizePeer) {
    this.security = { keys, domain: createUniqueId() };
    this.#authorize = authorize;
  }

  /** Waits until an earlier handler of this process is closed. */
  static async open(keys: KeyPair, authorize: AuthorizePeer): Promise<ZapHandler> {
    const handler = new ZapHandler(keys, authorize);
    await handler.#bind();
    void handler.#serve();
    return handler;
  }

  /** Call this after the sockets are closed. */
  close(): void {
    this.#socket.close();
  }

  async #bind(): Promise<void> {
    for (;;) {
      try {
        await this.#socket.bind(ADDRESS);
        return;
      } catch (error) {
        // A previous socket is closed, but ZeroMQ's thread has not released its address yet.
        if (!hasErrnoCode(error, 'EADDRINUSE')) throw error;
        await new Promise((resume) => setImmediate(resume));
      }
    }
  }

  async #serve(): Promise<void> {
    try {
      for await (const [version, id, domain, address, , mechanism, key] of this.#socket) {
        const isOwn = String(version) === VERSION && String(domain) === this.security.domain;
        const isCurve = String(mechanism) === 'CURVE' && key?.length === KEY_BYTES;
        const isAllowed =
          isOwn && isCurve && (await this.#isAllowed({ key: encodeZ85(key), address: String(address) }));
        const status = isAllowed ? ['200', 'OK'] : ['400', 'this key is not allowed'];
        await this.#socket.send([VERSION, id ?? '', ...status, '', '']);
      }
    } catch (error) {
      // Closed while a reply was being sent.
      if (!this.#socket.closed) throw error;
    }
  }

  /** An `authorize` that throws rejects its peer and does not affect others. */
  async #isAllowed(peer: Peer): Promise<boolean> {
    try {
      return await this.#authorize(peer);
    } catch {
      return false;
    }
  }
}
