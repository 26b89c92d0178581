// Key pairs on disk, in the format of ZeroMQ certificates: NAME.key (public) and NAME.key_secret (readable by its owner only).

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

/** Creates a key pair and writes both files. Never overwrites a file. Throws SEC_KEY_FILE. */
export function writeKeyFiles(folder: string, name: string): KeyPair {
  const files = keyFilesOf(folder, name);
  const pair = createKeyPair();
  try {
    makeFolder(folder, 0o700);
    writeFileSync(files.secret, formatKeys(name, pair), { flag: 'wx', mode: 0o600 });
    writePublicKey(files, formatKeys(name, { publicKey: pair.publicKey }));
    return pair;
  } catch (error) {
    if (!hasErrnoCode(error, 'EEXIST')) {
      throw new ContextdError('SEC_KEY_FILE', `the keys of ${name} cannot be written: ${messageOf(error)}`, {
        cause: error,
      });
    }
    throw new ContextdError('SEC_KEY_FILE', `keys with this name already exist: ${messageOf(error)}`, {
      hint: 'choose another name, or delete both files if no client uses their public key',
    });
  }
}

/** Reads NAME.key_secret. Throws SEC_KEY_FILE, also if other users can read the file. */
export function readSecretKey(path: string): KeyPair {
  const { text, mode } = readKeyFile(path);
  const secret = findKey(text, 'secret');
  if (secret === undefined)
    throw keyFileError(path, 'it contains no secret key', 'name the file NAME.key_secret');
  if ((mode & 0o077) !== 0) {
    const shown = (mode & 0o777).toString(8);
    throw keyFileError(path, `others can read or write it (mode ${shown})`, `chmod 600 ${path}`);
  }
  const pair = keyPairOf(decodeZ85(secret) ?? Buffer.alloc(0));
  const publicKey = findKey(text, 'public');
  if (publicKey === undefined || publicKey === pair.publicKey) return pair;
  throw keyFileError(
    path,
    'its public key does not match its secret key',
    'create new keys: contextd keys new NAME',
  );
}

/** Reads the public key in NAME.key or NAME.key_secret. Throws SEC_KEY_FILE. */
export function readPublicKey(path: string): string {
  const { text, mode } = readKeyFile(path);
  if ((mode & 0o022) !== 0)
    throw keyFileError(
      path,
      `others can write it (mode ${(mode & 0o777).toString(8)})`,
      `chmod go-w ${path}`,
    );
  const key = findKey(text, 'public');
  if (key === undefined) throw keyFileError(path, 'it contains no public key', 'name the file NAME.key');
  return key;
}

function writePublicKey(files: KeyFiles, text: string): void {
  try {
    writeFileSync(files.public, text, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    rmSync(files.secret, { force: true });
    throw error;
  }
}

/** The format that pyzmq and CZMQ write and read. */
function formatKeys(name: string, { publicKey, secretKey }: Partial<KeyPair>): string {
  const lines = [
    secretKey === undefined
      ? `#   Public key of ${name}, for contextd and other programs that use ZeroMQ CURVE.`
      : `#   Secret key of ${name}. Anyone who has this file can act as ${name}.`,
    'metadata',
    `    name = "${name}"`,
    'curve',
    `    public-key = "${publicKey ?? ''}"`,
    ...(secretKey === undefined ? [] : [`    secret-key = "${secretKey}"`]),
  ];
  return `${lines.join('\n')}\n`;
}

function findKey(text: string, kind: 'public' | 'secret'): string | undefined {
  const key = [...text.matchAll(LINE)].find((each) => each[1] === kind)?.[2];
  return key !== undefined && isKey(key) ? key : undefined;
}

/** Reads mode and text through one descriptor, so that both belong to the same file. */
function readKeyFile(path: string): { readonly text: string; readonly mode: number } {
  let descriptor: number | undefined;
  try {
    // A mounted secret is often a link of root. The owner of any other link could change its target.
    checkOwner(path, lstatSync(path));
    descriptor = openSync(path, 'r');
    const stat = fstatSync(descriptor);
    checkOwner(path, stat);
    return { mode: stat.mode, text: readFileSync(descriptor, 'utf8') };
  } catch (error) {
    if (error instanceof ContextdError) throw keyFileError(path, error.message, error.hint ?? '', error);
    const reason = hasErrnoCode(error, 'ENOENT') ? 'there is no such file' : messageOf(error);
    throw keyFileError(path, reason, 'create it: contextd keys new NAME', error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function keyFileError(path: string, reason: string, hint: string, cause?: unknown): ContextdError {
  return new ContextdError('SEC_KEY_FILE', `the key file ${path} cannot be used: ${reason}`, { hint, cause });
}
