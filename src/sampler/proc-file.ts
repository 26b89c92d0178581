// Reads files of /proc without allocating buffers. Missing or unreadable files read as undefined.

import { closeSync, constants, openSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs';
import { hasErrnoCode } from '../base/errors.js';

/** One page: Linux returns a small file of /proc in one read of at most this size. */
const small = Buffer.allocUnsafeSlow(4096);

/** Reads a file of at most one page, such as `stat`. */
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

/** Reads a file of any length, such as `smaps`. */
export function readLargeFile(path: string): string | undefined {
  return unlessGone(() => {
    const file = openSync(path, constants.O_RDONLY);
    try {
      // Call `fill` first: it may replace `large` by a larger buffer.
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

/** Since Linux 6.2 the size of /proc/PID/fd is the number of open files; before, it is 0. */
const hasCountInSize = unlessGone(() => statSync('/proc/self/fd').size) ?? 0;

export function countFds(pid: number): number | undefined {
  const path = `/proc/${pid}/fd`;
  return unlessGone(() => (hasCountInSize > 0 ? statSync(path).size : readdirSync(path).length));
}

/** The process has ended or belongs to another user. Any other error is a defect of contextd. */
const GONE = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'];

function unlessGone<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (GONE.some((code) => hasErrnoCode(error, code))) return undefined;
    throw error;
  }
}
