// Which folders and files are ours alone: whoever could change one could speak and act in our name.

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

/** Write for the group or for others. */
const SHARED = 0o022;
const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants;

/** A folder that is missing may be made. Throws SEC_PATH_UNSAFE. */
export function checkFolder(path: string): void {
  const link = lstatSync(path, { throwIfNoEntry: false });
  if (link === undefined) return;
  // A link of ours may lead elsewhere; that of somebody else may lead elsewhere tomorrow.
  if (link.isSymbolicLink()) checkOwner(path, link);
  const real = link.isSymbolicLink() ? realpathSync(path) : path;
  const there = lstatSync(real);
  if (!there.isDirectory()) throw unsafe(path, 'is not a folder', 'move it away, or use another folder');
  check(path, there);
}

/** Opens for appending and reading, made with mode 0600 if it is missing; returns the descriptor. Throws SEC_PATH_UNSAFE. */
export function openPrivate(path: string): number {
  return open(path, O_RDWR | O_APPEND | O_CREAT);
}

/** The text of a file that nobody else could have written. Throws SEC_PATH_UNSAFE, and errors of node's `open`. */
export function readPrivate(path: string): string {
  const descriptor = open(path, O_RDONLY);
  try {
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/** No link is followed but one of ours to a device, and what is checked is what is open: nobody can exchange it in between. */
function open(path: string, flags: number): number {
  const descriptor = openUnfollowed(path, flags);
  try {
    const there = fstatSync(descriptor);
    if (there.isFile()) check(path, there);
    // Reading a folder fails by itself, and a device keeps nothing; a pipe has another end.
    else if (there.isFIFO()) throw unsafe(path, 'is not a file', `remove it: rm ${path}`);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function openUnfollowed(path: string, flags: number): number {
  // Without O_NONBLOCK the opening of a pipe that somebody has put there waits for its writer.
  const plain = flags | O_NOFOLLOW | O_NONBLOCK;
  try {
    return openSync(path, plain, 0o600);
  } catch (error) {
    if (!hasErrnoCode(error, 'ELOOP')) throw error;
    checkOwner(path, lstatSync(path));
    // What is not to be kept is led to /dev/null.
    if (statSync(path, { throwIfNoEntry: false })?.isCharacterDevice() === true)
      return openSync(realpathSync(path), plain & ~O_CREAT);
    throw unsafe(path, 'is a link', `remove it: rm ${path}`, error);
  }
}

function check(path: string, there: Stats): void {
  checkOwner(path, there);
  if ((there.mode & SHARED) === 0) return;
  const shown = (there.mode & 0o7777).toString(8);
  throw unsafe(path, `can be written by others (mode ${shown})`, `chmod go-w ${path}`);
}

/** Root may do everything anyhow, so that what is root's is as safe as what is ours. Throws SEC_PATH_UNSAFE. */
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
