// Key pairs on disk: NAME.key for everybody, NAME.key_secret for its owner alone; the form of ZeroMQ's certificates.

import { closeSync, fstatSync, lstatSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './make-folder.js';
import { ContextdError, hasErrnoCode, messageOf } from './errors.js';
import { createKeyPair, decodeZ85, isKey, keyPairOf, type KeyPair } from './keys.js';
import { checkOwner } from './private-files.js';

export interface KeyFiles {
  /** Ends in `.key`. */
  readonly public: string;
  /** Ends in `.key_secret`; mode 0600. */
  readonly secret: string;
}

const LINE = /^\s*(public|secret)-key\s*=\s*"([^"\s]*)"\s*$/gm;

export function keyFilesOf(folder: string, name: string): KeyFiles {
  return { public: join(folder, `${name}.key`), secret: join(folder, `${name}.key_secret`) };
}

/** Makes a pair and writes both files, never over one that is there. Throws SEC_KEY_FILE. */
export function writeKeyFiles(folder: string, name: string): KeyPair {
  const files = keyFilesOf(folder, name);
  const pair = createKeyPair();
  try {
    makeFolder(folder, 0o700);
    writeFileSync(files.secret, formatKeys(name, pair), { flag: 'wx', mode: 0o600 });
    writePublic(files, formatKeys(name, { publicKey: pair.publicKey }));
    return pair;
  } catch (error) {
    if (!hasErrnoCode(error, 'EEXIST')) {
      throw new ContextdError('SEC_KEY_FILE', `the keys of ${name} cannot be written: ${messageOf(error)}`, {
        cause: error,
      });
    }
    throw new ContextdError('SEC_KEY_FILE', `there are keys of this name already: ${messageOf(error)}`, {
      hint: 'choose another name, or remove both files if nobody knows their public key',
    });
  }
}

/** Reads NAME.key_secret. Throws SEC_KEY_FILE, also when others of this machine can read it. */
export function readSecretKey(path: string): KeyPair {
  const { text, mode } = readWhole(path);
  const secret = keyIn(text, 'secret');
  if (secret === undefined) throw fault(path, 'it holds no secret key', 'name the file NAME.key_secret');
  if ((mode & 0o077) !== 0) {
    const shown = (mode & 0o777).toString(8);
    throw fault(path, `others can read or write it (mode ${shown})`, `chmod 600 ${path}`);
  }
  const pair = keyPairOf(decodeZ85(secret) ?? Buffer.alloc(0));
  const told = keyIn(text, 'public');
  if (told === undefined || told === pair.publicKey) return pair;
  throw fault(path, 'its two keys do not belong together', 'make new ones with contextd keys new NAME');
}

/** The public key in NAME.key or NAME.key_secret. Throws SEC_KEY_FILE. */
export function readPublicKey(path: string): string {
  const { text, mode } = readWhole(path);
  if ((mode & 0o022) !== 0)
    throw fault(path, `others can write it (mode ${(mode & 0o777).toString(8)})`, `chmod go-w ${path}`);
  const key = keyIn(text, 'public');
  if (key === undefined) throw fault(path, 'it holds no public key', 'name the file NAME.key');
  return key;
}

function writePublic(files: KeyFiles, text: string): void {
  try {
    writeFileSync(files.public, text, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    rmSync(files.secret, { force: true });
    throw error;
  }
}

/** As pyzmq and CZMQ write and read them. */
function formatKeys(name: string, { publicKey, secretKey }: Partial<KeyPair>): string {
  const lines = [
    secretKey === undefined
      ? `#   Public key of ${name}, for contextd and other users of ZeroMQ's CURVE.`
      : `#   Secret key of ${name}. Whoever has this file is ${name}.`,
    'metadata',
    `    name = "${name}"`,
    'curve',
    `    public-key = "${publicKey ?? ''}"`,
    ...(secretKey === undefined ? [] : [`    secret-key = "${secretKey}"`]),
  ];
  return `${lines.join('\n')}\n`;
}

function keyIn(text: string, kind: 'public' | 'secret'): string | undefined {
  const key = [...text.matchAll(LINE)].find((each) => each[1] === kind)?.[2];
  return key !== undefined && isKey(key) ? key : undefined;
}

/** Mode and text of one and the same file. */
function readWhole(path: string): { readonly text: string; readonly mode: number } {
  let descriptor: number | undefined;
  try {
    // A secret that is mounted is often a link, of root; one of somebody else leads elsewhere tomorrow.
    checkOwner(path, lstatSync(path));
    descriptor = openSync(path, 'r');
    const there = fstatSync(descriptor);
    checkOwner(path, there);
    return { mode: there.mode, text: readFileSync(descriptor, 'utf8') };
  } catch (error) {
    if (error instanceof ContextdError) throw fault(path, error.message, error.hint ?? '', error);
    const reason = hasErrnoCode(error, 'ENOENT') ? 'there is no such file' : messageOf(error);
    throw fault(path, reason, 'make one with contextd keys new NAME', error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function fault(path: string, reason: string, hint: string, cause?: unknown): ContextdError {
  return new ContextdError('SEC_KEY_FILE', `the key file ${path} cannot be used: ${reason}`, { hint, cause });
}
