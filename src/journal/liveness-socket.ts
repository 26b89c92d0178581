// A socket on which a process listens while it lives: any process that can connect knows that, also across containers.

import { chmodSync, closeSync, constants, existsSync, lstatSync, openSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { hasErrnoCode } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';

export interface LivenessSocket {
  /** The file name; empty where the file system has no sockets. */
  readonly name: string;
  isInPlace(): boolean;
  close(): Promise<void>;
}

/** Error codes of file systems without sockets, such as folders that a virtual machine shares with its host. */
const UNSUPPORTED = ['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EINVAL'];

export async function openLivenessSocket(folder: string): Promise<LivenessSocket> {
  const name = `provider.${createUniqueId()}.sock`;
  const path = join(folder, name);
  // No data is sent: the connection itself is the information.
  const server = createServer((socket) => socket.on('error', () => undefined).destroy());
  try {
    await withShortPath(folder, name, (short) => listen(server, short));
  } catch (error) {
    if (!hasErrnoCode(error, ...UNSUPPORTED)) throw withPath(path, error);
    return { name: '', isInPlace: () => true, close: () => Promise.resolve() };
  }
  // The socket must neither keep the program running nor end it by an error.
  server.unref().on('error', () => undefined);
  chmodSync(path, 0o600);
  const inode = inodeOf(path);
  return {
    name,
    isInPlace: () => inode !== undefined && inodeOf(path) === inode,
    close: async () => {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(path, { force: true });
    },
  };
}

/** Returns `dead` when no process listens. A stopped process, or one of another user, is alive. */
export async function probe(folder: string, name: string): Promise<'alive' | 'dead' | 'missing'> {
  if (!existsSync(join(folder, name))) return 'missing';
  return await withShortPath(
    folder,
    name,
    (path) =>
      new Promise((resolve) => {
        const socket = connect(path);
        socket.once('connect', () => {
          socket.destroy();
          resolve('alive');
        });
        socket.once('error', (error) => {
          if (hasErrnoCode(error, 'ENOENT')) resolve('missing');
          else resolve(hasErrnoCode(error, 'ECONNREFUSED') ? 'dead' : 'alive');
        });
      }),
  );
}

/** Replaces the short path in an error by the real one. */
function withPath(path: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const message = error.message.replace(/\/proc\/self\/fd\/\S+/, path);
  return Object.assign(error, { message, path });
}

/** A socket path has at most 107 bytes; a longer folder path is replaced by that of its descriptor. */
async function withShortPath<T>(folder: string, name: string, act: (path: string) => Promise<T>): Promise<T> {
  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const short = `/proc/self/fd/${descriptor}`;
    return await act(join(existsSync(short) ? short : folder, name));
  } finally {
    closeSync(descriptor);
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino;
}
