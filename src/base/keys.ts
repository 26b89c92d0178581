// Key pairs of ZeroMQ CURVE: Curve25519, written in Z85 (40 printable characters for 32 bytes).

import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

export interface KeyPair {
  /** Z85; not a secret. */
  readonly publicKey: string;
  /** Z85; anyone who has it can act as its owner. */
  readonly secretKey: string;
}

export const KEY_BYTES = 32;
/** The characters of Z85 (ZeroMQ RFC 32) as a class for regular expressions. */
export const Z85_CLASS = String.raw`[0-9a-zA-Z.\-:+=^!/*?&<>()[\]{}@%$#]`;
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';
const KEY_PATTERN = new RegExp(`^${Z85_CLASS}{40}$`);
const MAX_UINT32 = 0xffffffff;
/** The DER bytes before the 32 bytes of a key in the formats that Node.js reads (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');
/** Characters that XML requires to be escaped. */
const XML_SPECIAL = /[&<>]/;

export const KEY_RULE = 'the 40 characters of a public key, as contextd keys show NAME prints it';

/** Returns whether `text` is 32 bytes in Z85. */
export function isKey(text: string): boolean {
  return KEY_PATTERN.test(text) && decodeZ85(text) !== undefined;
}

/** Creates a key pair whose public key needs no escaping in XML. */
export function createKeyPair(): KeyPair {
  for (;;) {
    const pair = keyPairOf(randomBytes(KEY_BYTES));
    if (!XML_SPECIAL.test(pair.publicKey)) return pair;
  }
}

/** Returns the key pair for the 32 bytes of a secret key. */
export function keyPairOf(secret: Uint8Array): KeyPair {
  const der = createPublicKey(toPrivateKey(secret)).export({ format: 'der', type: 'spki' });
  return { publicKey: encodeZ85(der.subarray(SPKI_PREFIX.length)), secretKey: encodeZ85(secret) };
}

/** Derives a key pair for `purpose` from `secretKey`; the result is always the same for the same arguments. */
export function deriveKeyPair(secretKey: string, purpose: string): KeyPair {
  const bytes = hkdfSync('sha256', decodeKey(secretKey), 'contextd', purpose, KEY_BYTES);
  return keyPairOf(new Uint8Array(bytes));
}

/** Computes the 32-byte secret that only the owners of the two keys share (X25519, HMAC-SHA256). Throws on invalid keys. */
export function deriveSharedKey(secretKey: string, publicKey: string): Buffer {
  const shared = diffieHellman({
    privateKey: toPrivateKey(decodeKey(secretKey)),
    publicKey: createPublicKey({
      key: Buffer.concat([SPKI_PREFIX, decodeKey(publicKey)]),
      format: 'der',
      type: 'spki',
    }),
  });
  return createHmac('sha256', 'contextd seal 1').update(shared).digest();
}

/** Returns the key pair of the task within a host. It may send queries, but cannot authenticate messages as the host. */
export function taskKeysOf(host: KeyPair): KeyPair {
  return deriveKeyPair(host.secretKey, 'task');
}

export function encodeZ85(bytes: Uint8Array): string {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at < view.length; at += 4) {
    let rest = view.readUInt32BE(at);
    let group = '';
    for (let count = 0; count < 5; count += 1) {
      group = ALPHABET.charAt(rest % 85) + group;
      rest = Math.floor(rest / 85);
    }
    text += group;
  }
  return text;
}

/** Returns undefined if `text` is not Z85. */
export function decodeZ85(text: string): Buffer | undefined {
  if (text.length % 5 !== 0) return undefined;
  const bytes = Buffer.alloc((text.length / 5) * 4);
  for (let at = 0; at < text.length; at += 5) {
    let value = 0;
    for (const character of text.slice(at, at + 5)) {
      const digit = ALPHABET.indexOf(character);
      if (digit === -1) return undefined;
      value = value * 85 + digit;
    }
    if (value > MAX_UINT32) return undefined;
    bytes.writeUInt32BE(value, (at / 5) * 4);
  }
  return bytes;
}

function decodeKey(text: string): Buffer {
  const bytes = decodeZ85(text);
  if (bytes?.length !== KEY_BYTES) throw new RangeError('a key has 40 characters of Z85');
  return bytes;
}

function toPrivateKey(secret: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, secret]), format: 'der', type: 'pkcs8' });
}
