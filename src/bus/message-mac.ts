// Seals: who wrote a message, proven to the one reader it is for; the forwarder passes on what anybody says.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { agree, Z85_CLASS, type KeyPair } from '../base/keys.js';

/**
 *   topic @@@ {"header":...,"content":...,"seal":"<public key> <stamp> <mac>"}
 *   \_____________ sealed _____________/
 *
 *   mac = HMAC-SHA256(key, sealed + "\n" + public key + " " + stamp), in hex
 *   key = HMAC-SHA256("contextd seal 1", X25519(own secret key, the reader's public key))
 */
const TAIL = new RegExp(String.raw`,?"seal":"(${Z85_CLASS}{40}) (\d{1,15}) ([0-9a-f]{64})"\}$`);
/** Longer than any tail. */
const TAIL_BYTES = 160;
/** A stamp that is further ahead of the clock is from before it was put back: the provider would not take it. */
const MOST_AHEAD_MS = 30_000;
/** Keys agreed upon with so many peers are kept. */
const MOST_PEERS = 10_000;

/** Who sealed a frame and when, as it says itself. */
export interface MessageMac {
  /** Z85. */
  readonly key: string;
  /** Milliseconds since the epoch; no two of one writer are the same, and later ones are larger (of a client, until its clock is put back). */
  readonly stamp: number;
  readonly mac: string;
}

export class MessageAuthenticator {
  readonly #keys: KeyPair;
  readonly #now: () => number;
  readonly #followsClock: boolean;
  readonly #agreed = new Map<string, Buffer>();
  #stamp = 0;

  /** `followsClock`: of clients, whose stamps need not grow when the clock is put back. */
  constructor(keys: KeyPair, now = () => Date.now(), followsClock = false) {
    this.#keys = keys;
    this.#now = now;
    this.#followsClock = followsClock;
  }

  /** Adds a seal that the owner of the public key `to` can verify. The frame's body is a JSON object. */
  seal(frame: string, to: string): string {
    const nowMs = this.#now();
    if (this.#followsClock && this.#stamp - nowMs > MOST_AHEAD_MS) this.#stamp = 0;
    this.#stamp = Math.max(nowMs, this.#stamp + 1);
    const sealed = frame.slice(0, -1);
    const claim = `${this.#keys.publicKey} ${this.#stamp}`;
    const mac = this.#mac(Buffer.from(sealed), claim, to).toString('hex');
    return `${sealed}${sealed.endsWith('{') ? '' : ','}"seal":"${claim} ${mac}"}`;
  }

  /** Whether the owner of `seal.key` wrote this frame, for us. */
  isGenuine(frame: Uint8Array, { key, stamp, mac }: MessageMac): boolean {
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
    const { index } = findTail(bytes) ?? {};
    if (index === undefined) return false;
    try {
      const expected = this.#mac(bytes.subarray(0, index), `${key} ${stamp}`, key);
      return timingSafeEqual(expected, Buffer.from(mac, 'hex'));
    } catch {
      return false; // What stands there is no point of the curve.
    }
  }

  #mac(sealed: Uint8Array, claim: string, peer: string): Buffer {
    return createHmac('sha256', this.#keyWith(peer)).update(sealed).update(`\n${claim}`).digest();
  }

  #keyWith(peer: string): Buffer {
    const known = this.#agreed.get(peer);
    if (known !== undefined) return known;
    const [oldest] = this.#agreed.keys();
    if (this.#agreed.size >= MOST_PEERS && oldest !== undefined) this.#agreed.delete(oldest);
    const key = agree(this.#keys.secretKey, peer);
    this.#agreed.set(peer, key);
    return key;
  }
}

/** What a frame says of its writer; undefined without a seal. To be believed only if it is genuine. */
export function macOf(frame: Uint8Array): MessageMac | undefined {
  const tail = findTail(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
  return tail === undefined ? undefined : { key: tail.key, stamp: tail.stamp, mac: tail.mac };
}

/** Whether the owner of `key` wrote this frame for the owner of `sealer`. */
export function isAuthenticatedBy(frame: Uint8Array, key: string, sealer: MessageAuthenticator): boolean {
  const seal = macOf(frame);
  return seal?.key === key && sealer.isGenuine(frame, seal);
}

function findTail(frame: Buffer): (MessageMac & { readonly index: number }) | undefined {
  const start = Math.max(0, frame.length - TAIL_BYTES);
  const found = TAIL.exec(frame.toString('latin1', start));
  const [, key, stamp, mac] = found ?? [];
  if (found === null || key === undefined || stamp === undefined || mac === undefined) return undefined;
  return { key, stamp: Number(stamp), mac, index: start + found.index };
}
