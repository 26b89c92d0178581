import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyFilesOf, readPublicKey, readSecretKey, writeKeyFiles } from '../../../src/base/key-file.js';
import {
  deriveSharedKey,
  createKeyPair,
  decodeZ85,
  deriveKeyPair,
  encodeZ85,
  isKey,
  keyPairOf,
} from '../../../src/base/keys.js';
import { zmq } from '../../../src/bus/zmq.js';
import { openFolder } from '../../helpers/folder.js';

describe('Z85', () => {
  it('matches the example of RFC 32', () => {
    const bytes = Buffer.from('864fd26fb559f75b', 'hex');
    expect(encodeZ85(bytes)).toBe('HelloWorld');
    expect(decodeZ85('HelloWorld')).toEqual(bytes);
    expect(decodeZ85('')).toEqual(Buffer.alloc(0));
  });

  it.each(['Hello~orld', 'Hell', '#####', 'HelloWor"d'])('%s is not valid', (text) => {
    expect(decodeZ85(text)).toBeUndefined();
  });
});

describe('a key pair', () => {
  it('is compatible with ZeroMQ in both directions', () => {
    const theirs = zmq.curveKeyPair();
    expect(keyPairOf(decodeZ85(theirs.secretKey)!)).toEqual(theirs);
    expect(isKey(createKeyPair().publicKey)).toBe(true);
    expect(isKey(`${theirs.publicKey}0`)).toBe(false);
  });

  it('has a public key that needs no escapes in XML', () => {
    const keys = Array.from({ length: 50 }, () => createKeyPair().publicKey);
    expect(keys.filter((key) => /[&<>]/.test(key))).toEqual([]);
  });

  it('gives its two owners a shared secret that no third key can compute', () => {
    const [one, other, third] = [createKeyPair(), createKeyPair(), createKeyPair()];
    expect(deriveSharedKey(one.secretKey, other.publicKey)).toEqual(
      deriveSharedKey(other.secretKey, one.publicKey),
    );
    expect(deriveSharedKey(third.secretKey, other.publicKey)).not.toEqual(
      deriveSharedKey(one.secretKey, other.publicKey),
    );
    expect(() => deriveSharedKey(one.secretKey, encodeZ85(Buffer.alloc(32)))).toThrow();
  });

  it('is derived deterministically, and differs for each purpose', () => {
    const { secretKey } = createKeyPair();
    expect(deriveKeyPair(secretKey, 'a/b/1')).toEqual(deriveKeyPair(secretKey, 'a/b/1'));
    expect(deriveKeyPair(secretKey, 'a/b/2')).not.toEqual(deriveKeyPair(secretKey, 'a/b/1'));
    expect(deriveKeyPair(createKeyPair().secretKey, 'a/b/1')).not.toEqual(deriveKeyPair(secretKey, 'a/b/1'));
  });
});

describe('key files', () => {
  it('are written once, the secret file with mode 0600, and can be read back', async () => {
    await using folder = await openFolder();
    const pair = writeKeyFiles(join(folder.path, 'keys'), 'anna');
    const files = keyFilesOf(join(folder.path, 'keys'), 'anna');
    expect(statSync(files.secret).mode & 0o777).toBe(0o600);
    expect(readSecretKey(files.secret)).toEqual(pair);
    expect(readPublicKey(files.public)).toBe(pair.publicKey);
    expect(readFileSync(files.public, 'utf8')).not.toContain(pair.secretKey);
    expect(() => writeKeyFiles(join(folder.path, 'keys'), 'anna')).toThrow(
      /keys with this name already exist/,
    );
    expect(readSecretKey(files.secret)).toEqual(pair);
  });

  it('are written both or not at all', async () => {
    await using folder = await openFolder();
    writeFileSync(join(folder.path, 'anna.key'), 'another anna');
    expect(() => writeKeyFiles(folder.path, 'anna')).toThrow(/already/);
    expect(() => readSecretKey(join(folder.path, 'anna.key_secret'))).toThrow(/no such file/);
  });

  it.each<[string, (path: string) => void, RegExp]>([
    [
      'that other users can read',
      (path) => chmodSync(path, 0o640),
      /others can read or write it \(mode 640\)/,
    ],
    ['without a secret key', (path) => writeFileSync(path, 'curve\n'), /contains no secret key/],
    [
      'with a public key that does not match',
      (path) =>
        writeFileSync(
          path,
          readFileSync(path, 'utf8').replace(
            /public-key = ".*"/,
            () => `public-key = "${createKeyPair().publicKey}"`,
          ),
        ),
      /does not match its secret key/,
    ],
  ])('%s are rejected', async (_what, corrupt, text) => {
    await using folder = await openFolder();
    writeKeyFiles(folder.path, 'anna');
    const path = keyFilesOf(folder.path, 'anna').secret;
    corrupt(path);
    expect(() => readSecretKey(path)).toThrow(text);
  });
});
