// Sockets of ipc:// endpoints are files: nobody else may reach them, and none is left behind or taken away.

import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { makeFolder } from '../base/make-folder.js';
import { systemClock } from '../base/clock.js';
import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import { checkOwner } from '../base/private-files.js';

/** What the system takes, in bytes, its end mark included. */
const MOST_BYTES = 108;
const PREFIX = 'ipc://';
/** How long a socket whose process is ending is waited for. */
const PATIENCE_MS = 1000;
const PAUSE_MS = 25;

export interface LocalSocket {
  /** To be called when the socket is there. */
  bound(): void;
  /** Removes the file, if it is still ours. */
  release(): void;
}

/**
 * Makes ready for a bind to `endpoint`; nothing is done for other transports. ZeroMQ itself would take the
 * file of whoever listens there. Throws BUS_BIND_REFUSED, SEC_PATH_UNSAFE and BUS_ADDRESS_IN_USE.
 */
export async function holdLocalSocket(endpoint: string): Promise<LocalSocket> {
  const path = endpoint.startsWith(PREFIX) ? endpoint.slice(PREFIX.length) : '';
  if (path === '' || path === '*' || path.startsWith('@')) return { bound: noTrace, release: noTrace };
  if (Buffer.byteLength(path) >= MOST_BYTES) {
    throw refused(endpoint, `its path is longer than ${MOST_BYTES - 1} bytes`, 'use a shorter one');
  }
  holdFolder(endpoint, dirname(path));
  if (await staysTaken(path)) {
    throw new ContextdError('BUS_ADDRESS_IN_USE', `cannot bind ${endpoint}: another process listens there`, {
      hint: 'stop that process, or give this context other paths (FrontBind and BackendBind)',
    });
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

/** The folder is what keeps others out: the file's mode is set a moment after it is there. */
function holdFolder(endpoint: string, folder: string): void {
  try {
    makeFolder(folder, 0o700);
  } catch (error) {
    throw refused(endpoint, `its folder cannot be made: ${messageOf(error)}`, 'name a folder of yours');
  }
  const there = lstatSync(folder);
  checkOwner(folder, there);
  if ((there.mode & 0o077) === 0) return;
  const shown = (there.mode & 0o777).toString(8);
  const reason = `others can enter its folder ${folder} (mode ${shown})`;
  throw refused(endpoint, reason, `name a folder of its own, or: chmod 700 ${folder}`);
}

/** The forwarder of a provider that was killed ends a moment after it. */
async function staysTaken(path: string): Promise<boolean> {
  const startMs = performance.now();
  while (await isListening(path)) {
    if (performance.now() - startMs > PATIENCE_MS) return true;
    await new Promise<void>((resume) => systemClock.after(PAUSE_MS, resume));
  }
  return false;
}

/** A file that nobody listens to was left behind. Throws for one that is not a socket, or somebody else's. */
async function isListening(path: string): Promise<boolean> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (!stat.isSocket())
    throw refused(`${PREFIX}${path}`, 'there is a file that is not a socket', 'remove it');
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

function refused(endpoint: string, reason: string, hint: string): ContextdError {
  return new ContextdError('BUS_BIND_REFUSED', `cannot bind ${endpoint}: ${reason}`, { hint });
}

function noTrace(): void {
  // Nothing on disk.
}
