// Message authentication: a MAC proves to the recipient who sent a message, because anyone on the bus can send in any name.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { systemClock } from '../base/clock.js';
import { deriveSharedKey, Z85_CLASS, type KeyPair } from '../base/keys.js';

/**
 *   topic @@@ {"header":...,"content":...,"seal":"<public key> <stamp> <mac>"}
 *   \_____________ signed _____________/
 *
 *   mac = HMAC-SHA256(key, signed + "\n" + public key + " " + stamp), in hex
 *   key = HMAC-SHA256("contextd seal 1", X25519(own secret key, the recipient's public key))
 */
const TAIL = new RegExp(String.raw`,?"seal":"(${Z85_CLASS}{40}) (\d{1,15}) ([0-9a-f]{64})"\}$`);
/** Maximum length of the "seal" field at the end of a frame. */
const TAIL_BYTES = 160;
/** If the last stamp is further ahead, the clock was set back; the provider would reject such stamps. */
const MAX_AHEAD_MS = 30_000;
/** Maximum number of cached shared keys. */
const MAX_CACHED_KEYS = 10_000;

/** The "seal" field of a frame: sender, time and MAC. Not verified yet. */
export interface MessageMac {
  /** Public key of the sender, in Z85. */
  readonly key: string;
  /** Milliseconds since the epoch. Strictly increasing for each sender (for a client, until its clock is set back). */
  readonly stamp: number;
  readonly mac: string;
}

export class MessageAuthenticator {
  readonly #keys: KeyPair;
  readonly #now: () => number;
  readonly #followsClock: boolean;
  readonly #sharedKeys = new Map<string, Buffer>();
  #stamp = 0;

  /** `followsClock`: for clients, whose stamps may decrease when the clock is set back. */
  constructor(keys: KeyPair, now = () => systemClock.now(), followsClock = false) {
    this.#keys = keys;
    this.#now = now;
    this.#followsClock = followsClock;
  }

  /** Returns the frame with a "seal" field that the owner of the public key `recipient` can verify. The frame's body must be a JSON object. */
  sign(frame: string, recipient: string): string {
    const nowMs = this.#now();
    if (this.#followsClock && this.#stamp - nowMs > MAX_AHEAD_MS) this.#stamp = 0;
    this.#stamp = Math.max(nowMs, this.#stamp + 1);
    const signed = frame.slice(0, -1);
    const claim = `${this.#keys.publicKey} ${this.#stamp}`;
    const mac = this.#mac(Buffer.from(signed), claim, recipient).toString('hex');
    return `${signed}${signed.endsWith('{') ? '' : ','}"seal":"${claim} ${mac}"}`;
  }

  /** Returns whether the owner of `key` sent this frame to the owner of this authenticator's keys. */
  verify(frame: Uint8Array, { key, stamp, mac }: MessageMac): boolean {
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
    const { index } = parseTail(bytes) ?? {};
    if (index === undefined) return false;
    try {
      const expected = this.#mac(bytes.subarray(0, index), `${key} ${stamp}`, key);
      return timingSafeEqual(expected, Buffer.from(mac, 'hex'));
    } catch {
      return false; // The key is not a valid point of the curve.
    }
  }

  #mac(signed: Uint8Array, claim: string, peer: string): Buffer {
    return createHmac('sha256', this.#sharedKeyWith(peer)).update(signed).update(`\n${claim}`).digest();
  }

  #sharedKeyWith(peer: string): Buffer {
    const known = this.#sharedKeys.get(peer);
    if (known !== undefined) return known;
    const [oldest] = this.#sharedKeys.keys();
    if (this.#sharedKeys.size >= MAX_CACHED_KEYS && oldest !== undefined) this.#sharedKeys.delete(oldest);
    const key = deriveSharedKey(this.#keys.secretKey, peer);
    this.#sharedKeys.set(peer, key);
    return key;
  }
}

/** Reads the "seal" field of a frame without verifying it; undefined if not found. */
export function parseMac(frame: Uint8Array): MessageMac | undefined {
  const tail = parseTail(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
  return tail === undefined ? undefined : { key: tail.key, stamp: tail.stamp, mac: tail.mac };
}

/** Returns whether the owner of `key` sent this frame to the owner of `authenticator`. */
export function isSignedBy(frame: Uint8Array, key: string, authenticator: MessageAuthenticator): boolean {
  const mac = parseMac(frame);
  return mac?.key === key && authenticator.verify(frame, mac);
}

function parseTail(frame: Buffer): (MessageMac & { readonly index: number }) | undefined {
  const start = Math.max(0, frame.length - TAIL_BYTES);
  const found = TAIL.exec(frame.toString('latin1', start));
  const [, key, stamp, mac] = found ?? [];
  if (found === null || key === undefined || stamp === undefined || mac === undefined) return undefined;
  return { key, stamp: Number(stamp), mac, index: start + found.index };
}
