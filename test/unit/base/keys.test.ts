import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyFilesOf, readPublicKey, readSecretKey, writeKeyFiles } from '../../../src/base/key-file.js';
import {
  agree,
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
  it('is that of RFC 32', () => {
    const bytes = Buffer.from('864fd26fb559f75b', 'hex');
    expect(encodeZ85(bytes)).toBe('HelloWorld');
    expect(decodeZ85('HelloWorld')).toEqual(bytes);
    expect(decodeZ85('')).toEqual(Buffer.alloc(0));
  });

  it.each(['Hello~orld', 'Hell', '#####', 'HelloWor"d'])('%s stands for no bytes', (text) => {
    expect(decodeZ85(text)).toBeUndefined();
  });
});

describe('a key pair', () => {
  it('is one of ZeroMQ, and the other way round', () => {
    const theirs = zmq.curveKeyPair();
    expect(keyPairOf(decodeZ85(theirs.secretKey)!)).toEqual(theirs);
    expect(isKey(createKeyPair().publicKey)).toBe(true);
    expect(isKey(`${theirs.publicKey}0`)).toBe(false);
  });

  it('has a public key that needs no escapes in XML', () => {
    const keys = Array.from({ length: 50 }, () => createKeyPair().publicKey);
    expect(keys.filter((key) => /[&<>]/.test(key))).toEqual([]);
  });

  it('lets two owners agree on what nobody else can compute', () => {
    const [one, other, third] = [createKeyPair(), createKeyPair(), createKeyPair()];
    expect(agree(one.secretKey, other.publicKey)).toEqual(agree(other.secretKey, one.publicKey));
    expect(agree(third.secretKey, other.publicKey)).not.toEqual(agree(one.secretKey, other.publicKey));
    expect(() => agree(one.secretKey, encodeZ85(Buffer.alloc(32)))).toThrow();
  });

  it('can be derived again, for each purpose another', () => {
    const { secretKey } = createKeyPair();
    expect(deriveKeyPair(secretKey, 'a/b/1')).toEqual(deriveKeyPair(secretKey, 'a/b/1'));
    expect(deriveKeyPair(secretKey, 'a/b/2')).not.toEqual(deriveKeyPair(secretKey, 'a/b/1'));
    expect(deriveKeyPair(createKeyPair().secretKey, 'a/b/1')).not.toEqual(deriveKeyPair(secretKey, 'a/b/1'));
  });
});

describe('key files', () => {
  it('are written once, the secret one for its owner alone, and read back', async () => {
    await using folder = await openFolder();
    const pair = writeKeyFiles(join(folder.path, 'keys'), 'anna');
    const files = keyFilesOf(join(folder.path, 'keys'), 'anna');
    expect(statSync(files.secret).mode & 0o777).toBe(0o600);
    expect(readSecretKey(files.secret)).toEqual(pair);
    expect(readPublicKey(files.public)).toBe(pair.publicKey);
    expect(readFileSync(files.public, 'utf8')).not.toContain(pair.secretKey);
    expect(() => writeKeyFiles(join(folder.path, 'keys'), 'anna')).toThrow(/keys of this name already/);
    expect(readSecretKey(files.secret)).toEqual(pair);
  });

  it('are not written by halves', async () => {
    await using folder = await openFolder();
    writeFileSync(join(folder.path, 'anna.key'), 'another anna');
    expect(() => writeKeyFiles(folder.path, 'anna')).toThrow(/already/);
    expect(() => readSecretKey(join(folder.path, 'anna.key_secret'))).toThrow(/no such file/);
  });

  it.each<[string, (path: string) => void, RegExp]>([
    ['that others can read', (path) => chmodSync(path, 0o640), /others can read or write it \(mode 640\)/],
    ['without a secret key', (path) => writeFileSync(path, 'curve\n'), /holds no secret key/],
    [
      'with two keys that do not belong together',
      (path) =>
        writeFileSync(
          path,
          readFileSync(path, 'utf8').replace(
            /public-key = ".*"/,
            () => `public-key = "${createKeyPair().publicKey}"`,
          ),
        ),
      /do not belong together/,
    ],
  ])('%s are refused', async (_what, spoil, text) => {
    await using folder = await openFolder();
    writeKeyFiles(folder.path, 'anna');
    const path = keyFilesOf(folder.path, 'anna').secret;
    spoil(path);
    expect(() => readSecretKey(path)).toThrow(text);
  });
});
