import { createHmac, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyPair, decodeZ85, type KeyPair } from '../../../src/base/keys.js';
import { encodeEnvelope } from '../../../src/bus/envelope.js';
import { isSignedBy, MessageAuthenticator, parseMac } from '../../../src/bus/message-mac.js';

const [client, server, other] = [createKeyPair(), createKeyPair(), createKeyPair()];
const bytes = (frame: string) => Buffer.from(frame);

describe('a message MAC', () => {
  it('can be verified by its recipient only, for any message', () => {
    const recipient = new MessageAuthenticator(server);
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
        const frame = bytes(
          new MessageAuthenticator(client).sign(encodeEnvelope({ topic: 'context', body }), server.publicKey),
        );
        const text = frame.toString().slice('context @@@ '.length);
        const { seal, ...rest } = JSON.parse(text) as Record<string, unknown>;
        expect(typeof seal).toBe('string');
        delete (body as Record<string, unknown>).seal;
        expect(JSON.stringify(rest)).toEqual(JSON.stringify(JSON.parse(JSON.stringify(body))));
        expect(isSignedBy(frame, client.publicKey, recipient)).toBe(true);
        expect(isSignedBy(frame, other.publicKey, recipient)).toBe(false);
        expect(isSignedBy(frame, client.publicKey, new MessageAuthenticator(other))).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('is invalid after a change of any byte', () => {
    const recipient = new MessageAuthenticator(server);
    const frame = bytes(
      new MessageAuthenticator(client).sign('context @@@ {"header":{"action":"stop"}}', server.publicKey),
    );
    const still = [...frame.keys()].filter((at) => {
      const changed = Buffer.from(frame);
      changed[at] = (changed[at] ?? 0) ^ 1;
      return isSignedBy(changed, client.publicKey, recipient);
    });
    expect(still).toEqual([]);
  });

  it('has the format that docs/security.md describes', () => {
    const signed = 'context @@@ {"header":{"action":"list"}';
    const claim = `${client.publicKey} 1700000000000`;
    const key = createHmac('sha256', 'contextd seal 1').update(x25519(client, server)).digest();
    const mac = createHmac('sha256', key).update(`${signed}\n${claim}`).digest('hex');
    const frame = bytes(`${signed},"seal":"${claim} ${mac}"}`);
    expect(parseMac(frame)).toEqual({ key: client.publicKey, stamp: 1_700_000_000_000, mac });
    expect(isSignedBy(frame, client.publicKey, new MessageAuthenticator(server))).toBe(true);
  });

  it('has a strictly increasing stamp, even when the clock stops or goes back', () => {
    const times = [1000, 1000, 900, 2000];
    const authenticator = new MessageAuthenticator(client, () => times.shift() ?? 0);
    const stamps = [1, 2, 3, 4].map(
      () => parseMac(bytes(authenticator.sign('a @@@ {}', server.publicKey)))?.stamp,
    );
    expect(stamps).toEqual([1000, 1001, 1002, 2000]);
  });

  it('follows the clock of a client that is set back far', () => {
    const times = [100_000, 80_000, 60_000, 60_000];
    const authenticator = new MessageAuthenticator(client, () => times.shift() ?? 0, true);
    const stamps = [1, 2, 3, 4].map(
      () => parseMac(bytes(authenticator.sign('a @@@ {}', server.publicKey)))?.stamp,
    );
    expect(stamps).toEqual([100_000, 100_001, 60_000, 60_001]);
  });

  it.each(['', 'context @@@ {}', '"seal":"', `a @@@ {"seal":"${'x'.repeat(40)} 1 ${'0'.repeat(63)}"}`])(
    'is not found in %j',
    (frame) => {
      expect(parseMac(bytes(frame))).toBeUndefined();
    },
  );
});

/** An independent implementation, as in another language. */
function x25519(own: KeyPair, peer: KeyPair): Buffer {
  const jwk = (pair: KeyPair) => ({
    kty: 'OKP',
    crv: 'X25519',
    x: decodeZ85(pair.publicKey)!.toString('base64url'),
  });
  const d = decodeZ85(own.secretKey)!.toString('base64url');
  return diffieHellman({
    privateKey: createPrivateKey({ key: { ...jwk(own), d }, format: 'jwk' }),
    publicKey: createPublicKey({ key: jwk(peer), format: 'jwk' }),
  });
}
