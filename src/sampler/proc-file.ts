// Reading /proc: small files often, so without an allocation; what is gone or closed to us reads as undefined.

import { closeSync, constants, openSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs';
import { hasErrnoCode } from '../base/errors.js';

/** One page: the system gives no small file of /proc in more than that, nor in more than one piece. */
const small = Buffer.allocUnsafeSlow(4096);

/** A file of one page at most, such as `stat`. */
export function readSmallFile(path: string): string | undefined {
  return unlessGone(() => {
    const file = openSync(path, constants.O_RDONLY);
    try {
      return small.toString('utf8', 0, readSync(file, small, 0, small.length, null));
    } finally {
      closeSync(file);
    }
  });
}

const BLOCK = 64 * 1024;
let large = Buffer.allocUnsafeSlow(BLOCK);

/** A file of any length, such as `smaps`, which comes in pieces. */
export function readLargeFile(path: string): string | undefined {
  return unlessGone(() => {
    const file = openSync(path, constants.O_RDONLY);
    try {
      // First, because it may put a larger buffer in the place of this one.
      const length = fill(file);
      return large.toString('utf8', 0, length);
    } finally {
      closeSync(file);
    }
  });
}

function fill(file: number): number {
  for (let length = 0; ;) {
    if (large.length - length < BLOCK) large = Buffer.concat([large], large.length * 2);
    const added = readSync(file, large, length, BLOCK, null);
    if (added === 0) return length;
    length += added;
  }
}

export function listFolder(path: string): readonly string[] | undefined {
  return unlessGone(() => readdirSync(path));
}

export function readLink(path: string): string | undefined {
  return unlessGone(() => readlinkSync(path));
}

export function isRegularFile(path: string): boolean {
  return unlessGone(() => statSync(path).isFile()) === true;
}

/** Since Linux 6.2 the size of such a folder is the number of open files; before, it is 0. */
const hasCountInSize = unlessGone(() => statSync('/proc/self/fd').size) ?? 0;

export function countFds(pid: number): number | undefined {
  const path = `/proc/${pid}/fd`;
  return unlessGone(() => (hasCountInSize > 0 ? statSync(path).size : readdirSync(path).length));
}

/** No such process any more, or one of another user; anything else is an error of ours. */
const GONE = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'];

function unlessGone<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (GONE.some((code) => hasErrnoCode(error, code))) return undefined;
    throw error;
  }
}
