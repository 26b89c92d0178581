// Key pairs as ZeroMQ's CURVE has them: Curve25519, written in Z85 (40 printable characters for 32 bytes).

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
  /** Z85; may be shown to anybody. */
  readonly publicKey: string;
  /** Z85; whoever has it is its owner. */
  readonly secretKey: string;
}

export const KEY_BYTES = 32;
/** A class for patterns; ZeroMQ RFC 32. */
export const Z85_CLASS = String.raw`[0-9a-zA-Z.\-:+=^!/*?&<>()[\]{}@%$#]`;
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';
const KEY = new RegExp(`^${Z85_CLASS}{40}$`);
const MOST = 0xffffffff;
/** What stands before the 32 bytes of a key in the forms that Node reads (RFC 8410). */
const SECRET_FORM = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_FORM = Buffer.from('302a300506032b656e032100', 'hex');
/** They would have to be escaped in XML. */
const MARKUP = /[&<>]/;

export const KEY_RULE = 'the 40 characters of a public key, as contextd keys show NAME prints it';

/** Whether `text` is 32 bytes in Z85. */
export function isKey(text: string): boolean {
  return KEY.test(text) && decodeZ85(text) !== undefined;
}

/** A new pair; its public key needs no escapes in XML. */
export function createKeyPair(): KeyPair {
  for (;;) {
    const pair = keyPairOf(randomBytes(KEY_BYTES));
    if (!MARKUP.test(pair.publicKey)) return pair;
  }
}

/** The pair that belongs to the 32 bytes of a secret key. */
export function keyPairOf(secret: Uint8Array): KeyPair {
  const whole = createPublicKey(secretObject(secret)).export({ format: 'der', type: 'spki' });
  return { publicKey: encodeZ85(whole.subarray(PUBLIC_FORM.length)), secretKey: encodeZ85(secret) };
}

/** A pair that only the owner of `secretKey` can make, and can make again: one for each `purpose`. */
export function deriveKeyPair(secretKey: string, purpose: string): KeyPair {
  const bytes = hkdfSync('sha256', decodeKey(secretKey), 'contextd', purpose, KEY_BYTES);
  return keyPairOf(new Uint8Array(bytes));
}

/** 32 bytes that the owners of both keys can compute, and nobody else. Throws for keys that are none. */
export function agree(secretKey: string, publicKey: string): Buffer {
  const shared = diffieHellman({
    privateKey: secretObject(decodeKey(secretKey)),
    publicKey: createPublicKey({
      key: Buffer.concat([PUBLIC_FORM, decodeKey(publicKey)]),
      format: 'der',
      type: 'spki',
    }),
  });
  return createHmac('sha256', 'contextd seal 1').update(shared).digest();
}

/** The pair of what runs within a host: it may ask, and not speak in the name of the host. */
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

/** Undefined for what is no Z85. */
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
    if (value > MOST) return undefined;
    bytes.writeUInt32BE(value, (at / 5) * 4);
  }
  return bytes;
}

function decodeKey(text: string): Buffer {
  const bytes = decodeZ85(text);
  if (bytes?.length !== KEY_BYTES) throw new RangeError('a key has 40 characters of Z85');
  return bytes;
}

function secretObject(secret: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([SECRET_FORM, secret]), format: 'der', type: 'pkcs8' });
}
