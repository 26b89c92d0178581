// A socket file that its process listens on for as long as it lives: who can connect knows that, in any container.

import { chmodSync, closeSync, constants, existsSync, lstatSync, openSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { hasErrnoCode } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';

export interface LifeSocket {
  /** Of the file; empty where the file system has no sockets. */
  readonly name: string;
  isInPlace(): boolean;
  close(): Promise<void>;
}

/** What file systems say that have no sockets, such as those that a virtual machine shares with its host. */
const UNSUPPORTED = ['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EINVAL'];

export async function openLifeSocket(folder: string): Promise<LifeSocket> {
  const name = `provider.${createUniqueId()}.sock`;
  const path = join(folder, name);
  // Nothing is said: that a connection can be made is all there is to know.
  const server = createServer((socket) => socket.on('error', () => undefined).destroy());
  try {
    await atShortPath(folder, name, (short) => listen(server, short));
  } catch (error) {
    if (!hasErrnoCode(error, ...UNSUPPORTED)) throw naming(path, error);
    return { name: '', isInPlace: () => true, close: () => Promise.resolve() };
  }
  // Neither its end nor its faults concern the program.
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

/** `dead`: nothing listens any more. Also a process that is stopped, or of another user, is alive. */
export async function knock(folder: string, name: string): Promise<'alive' | 'dead' | 'missing'> {
  if (!existsSync(join(folder, name))) return 'missing';
  return await atShortPath(
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

/** The error of a short path, with the path that a reader knows. */
function naming(path: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const message = error.message.replace(/\/proc\/self\/fd\/\S+/, path);
  return Object.assign(error, { message, path });
}

/** A socket's path has at most 107 bytes; that of a folder may be longer, but not that of its descriptor. */
async function atShortPath<T>(folder: string, name: string, act: (path: string) => Promise<T>): Promise<T> {
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
