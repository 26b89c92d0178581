// Socket files of ipc:// endpoints: only their owner can access them, they are removed on close, and no socket in use is replaced.

import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { makeFolder } from '../base/make-folder.js';
import { systemClock } from '../base/clock.js';
import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import { checkOwner } from '../base/private-files.js';

/** Limit of the operating system, including the terminating null byte. */
const MAX_PATH_BYTES = 108;
const PREFIX = 'ipc://';
/** How long to wait for a process that is ending and still uses the socket. */
const WAIT_FOR_EXIT_MS = 1000;
const POLL_INTERVAL_MS = 25;

export interface LocalSocket {
  /** Call this after the bind: restricts access to the file. */
  bound(): void;
  /** Deletes the file, unless another process has replaced it. */
  release(): void;
}

/**
 * Prepares a bind to an ipc:// `endpoint`; does nothing for other transports. ZeroMQ itself would replace the socket of
 * another process. Throws BUS_BIND_REFUSED, SEC_PATH_UNSAFE and BUS_ADDRESS_IN_USE.
 */
export async function prepareLocalSocket(endpoint: string): Promise<LocalSocket> {
  const path = endpoint.startsWith(PREFIX) ? endpoint.slice(PREFIX.length) : '';
  if (path === '' || path === '*' || path.startsWith('@')) return { bound: doNothing, release: doNothing };
  if (Buffer.byteLength(path) >= MAX_PATH_BYTES) {
    throw bindRefused(endpoint, `its path is longer than ${MAX_PATH_BYTES - 1} bytes`, 'use a shorter path');
  }
  prepareFolder(endpoint, dirname(path));
  if (await isStillInUse(path)) {
    throw new ContextdError(
      'BUS_ADDRESS_IN_USE',
      `cannot bind ${endpoint}: another process is listening there`,
      {
        hint: 'stop that process, or give this context other paths (FrontBind and BackendBind)',
      },
    );
  }
  rmSync(path, { force: true });
  let inode: number | undefined;
  return {
    bound: () => {
      chmodSync(path, 0o600);
      inode = inodeOf(path);
    },
    release: () => {
      if (inode !== undefined && inodeOf(path) === inode) rmSync(path, { force: true });
    },
  };
}

/** The folder's mode protects the socket: the file's own mode can only be set after the bind. */
function prepareFolder(endpoint: string, folder: string): void {
  try {
    makeFolder(folder, 0o700);
  } catch (error) {
    throw bindRefused(
      endpoint,
      `its folder cannot be created: ${messageOf(error)}`,
      'use a folder that belongs to you',
    );
  }
  const stat = lstatSync(folder);
  checkOwner(folder, stat);
  if ((stat.mode & 0o077) === 0) return;
  const shown = (stat.mode & 0o777).toString(8);
  const reason = `others can enter its folder ${folder} (mode ${shown})`;
  throw bindRefused(endpoint, reason, `use another folder, or: chmod 700 ${folder}`);
}

/** Waits a moment: the forwarder of a killed provider ends shortly after it. */
async function isStillInUse(path: string): Promise<boolean> {
  const startMs = systemClock.monotonic();
  while (await isListening(path)) {
    if (systemClock.monotonic() - startMs > WAIT_FOR_EXIT_MS) return true;
    await new Promise<void>((resume) => systemClock.after(POLL_INTERVAL_MS, resume));
  }
  return false;
}

/** Returns whether a process listens at `path`. Throws if the file is not a socket or belongs to another user. */
async function isListening(path: string): Promise<boolean> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (!stat.isSocket())
    throw bindRefused(`${PREFIX}${path}`, 'a file that is not a socket already exists there', 'remove it');
  checkOwner(path, stat);
  return await new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error) => resolve(!hasErrnoCode(error, 'ECONNREFUSED', 'ENOENT')));
  });
}

function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino;
}

function bindRefused(endpoint: string, reason: string, hint: string): ContextdError {
  return new ContextdError('BUS_BIND_REFUSED', `cannot bind ${endpoint}: ${reason}`, { hint });
}

function doNothing(): void {
  // No file to manage.
}
