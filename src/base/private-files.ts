// Opens only files and folders that no other user can change: their writer could control this process.

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { ContextdError, hasErrnoCode } from './errors.js';

const GROUP_OR_OTHERS_WRITE = 0o022;
const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants;

/** Checks that no other user can write to a folder. A missing folder passes. Throws SEC_PATH_UNSAFE. */
export function checkFolder(path: string): void {
  const link = lstatSync(path, { throwIfNoEntry: false });
  if (link === undefined) return;
  // Another user could change the target of their link at any time.
  if (link.isSymbolicLink()) checkOwner(path, link);
  const real = link.isSymbolicLink() ? realpathSync(path) : path;
  const stat = lstatSync(real);
  if (!stat.isDirectory()) throw unsafe(path, 'is not a folder', 'move it away, or use another folder');
  checkOwnerAndMode(path, stat);
}

/** Opens a file for appending and reading, creating it with mode 0600 if needed. Returns the descriptor. Throws SEC_PATH_UNSAFE. */
export function openPrivate(path: string): number {
  return open(path, O_RDWR | O_APPEND | O_CREAT);
}

/** Reads a file that no other user could have written. Throws SEC_PATH_UNSAFE, and the errors of `fs.open`. */
export function readPrivate(path: string): string {
  const descriptor = open(path, O_RDONLY);
  try {
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/** Follows no link except an own link to a device. Checks the open descriptor, so that the file cannot be replaced in between. */
function open(path: string, flags: number): number {
  const descriptor = openNoFollow(path, flags);
  try {
    const stat = fstatSync(descriptor);
    if (stat.isFile()) checkOwnerAndMode(path, stat);
    // Reading a folder fails anyway and a device stores nothing, but a pipe has another process at its other end.
    else if (stat.isFIFO()) throw unsafe(path, 'is not a file', `remove it: rm ${path}`);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function openNoFollow(path: string, flags: number): number {
  // Without O_NONBLOCK, opening a pipe that another user created would block until a writer opens it.
  const plain = flags | O_NOFOLLOW | O_NONBLOCK;
  try {
    return openSync(path, plain, 0o600);
  } catch (error) {
    if (!hasErrnoCode(error, 'ELOOP')) throw error;
    checkOwner(path, lstatSync(path));
    // A link to /dev/null is allowed: it discards the file's content.
    if (statSync(path, { throwIfNoEntry: false })?.isCharacterDevice() === true)
      return openSync(realpathSync(path), plain & ~O_CREAT);
    throw unsafe(path, 'is a symbolic link', `remove it: rm ${path}`, error);
  }
}

function checkOwnerAndMode(path: string, stat: Stats): void {
  checkOwner(path, stat);
  if ((stat.mode & GROUP_OR_OTHERS_WRITE) === 0) return;
  const shown = (stat.mode & 0o7777).toString(8);
  throw unsafe(path, `can be written by others (mode ${shown})`, `chmod go-w ${path}`);
}

/** Checks that a path belongs to this user or to root, who can change everything anyway. Throws SEC_PATH_UNSAFE. */
export function checkOwner(path: string, { uid }: Stats): void {
  const own = process.geteuid?.();
  if (own === undefined || uid === own || uid === 0) return;
  const hint =
    own === 0
      ? `run contextd as that user (sudo -u '#${uid}' …), or: chown -R root ${path}`
      : `use a folder of your own, or: sudo chown -R ${own} ${path}`;
  throw unsafe(path, `belongs to user ${uid}, and this process runs as user ${own}`, hint);
}

function unsafe(path: string, reason: string, hint: string, cause?: unknown): ContextdError {
  return new ContextdError('SEC_PATH_UNSAFE', `${path} is not used: it ${reason}`, {
    hint,
    cause,
    details: { path },
  });
}
