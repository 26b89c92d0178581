import { createHmac, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyPair, decodeZ85, type KeyPair } from '../../../src/base/keys.js';
import { encodeEnvelope } from '../../../src/bus/envelope.js';
import { isAuthenticatedBy, MessageAuthenticator, macOf } from '../../../src/bus/message-mac.js';

const [client, server, other] = [createKeyPair(), createKeyPair(), createKeyPair()];
const bytes = (frame: string) => Buffer.from(frame);

describe('a seal', () => {
  it('is genuine for its reader and nobody else, whatever the message', () => {
    const reader = new MessageAuthenticator(server);
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
        const frame = bytes(
          new MessageAuthenticator(client).seal(encodeEnvelope({ topic: 'context', body }), server.publicKey),
        );
        const text = frame.toString().slice('context @@@ '.length);
        const { seal, ...rest } = JSON.parse(text) as Record<string, unknown>;
        expect(typeof seal).toBe('string');
        delete (body as Record<string, unknown>).seal;
        expect(JSON.stringify(rest)).toEqual(JSON.stringify(JSON.parse(JSON.stringify(body))));
        expect(isAuthenticatedBy(frame, client.publicKey, reader)).toBe(true);
        expect(isAuthenticatedBy(frame, other.publicKey, reader)).toBe(false);
        expect(isAuthenticatedBy(frame, client.publicKey, new MessageAuthenticator(other))).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('is broken by a change of any byte', () => {
    const reader = new MessageAuthenticator(server);
    const frame = bytes(
      new MessageAuthenticator(client).seal('context @@@ {"header":{"action":"stop"}}', server.publicKey),
    );
    const still = [...frame.keys()].filter((at) => {
      const changed = Buffer.from(frame);
      changed[at] = (changed[at] ?? 0) ^ 1;
      return isAuthenticatedBy(changed, client.publicKey, reader);
    });
    expect(still).toEqual([]);
  });

  it('is that which docs/security.md describes', () => {
    const sealed = 'context @@@ {"header":{"action":"list"}';
    const claim = `${client.publicKey} 1700000000000`;
    const key = createHmac('sha256', 'contextd seal 1').update(x25519(client, server)).digest();
    const mac = createHmac('sha256', key).update(`${sealed}\n${claim}`).digest('hex');
    const frame = bytes(`${sealed},"seal":"${claim} ${mac}"}`);
    expect(macOf(frame)).toEqual({ key: client.publicKey, stamp: 1_700_000_000_000, mac });
    expect(isAuthenticatedBy(frame, client.publicKey, new MessageAuthenticator(server))).toBe(true);
  });

  it('has a stamp larger than the one before, also when the clock stands still or goes back', () => {
    const times = [1000, 1000, 900, 2000];
    const sealer = new MessageAuthenticator(client, () => times.shift() ?? 0);
    const stamps = [1, 2, 3, 4].map(() => macOf(bytes(sealer.seal('a @@@ {}', server.publicKey)))?.stamp);
    expect(stamps).toEqual([1000, 1001, 1002, 2000]);
  });

  it('has the new time, for a client, when the clock was put back far', () => {
    const times = [100_000, 80_000, 60_000, 60_000];
    const sealer = new MessageAuthenticator(client, () => times.shift() ?? 0, true);
    const stamps = [1, 2, 3, 4].map(() => macOf(bytes(sealer.seal('a @@@ {}', server.publicKey)))?.stamp);
    expect(stamps).toEqual([100_000, 100_001, 60_000, 60_001]);
  });

  it.each(['', 'context @@@ {}', '"seal":"', `a @@@ {"seal":"${'x'.repeat(40)} 1 ${'0'.repeat(63)}"}`])(
    'is not there in %j',
    (frame) => {
      expect(macOf(bytes(frame))).toBeUndefined();
    },
  );
});

/** By hand, as a program in another language would. */
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
