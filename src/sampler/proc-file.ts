// Reads files of /proc. Missing or unreadable files read as undefined.

import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
} from 'node:fs';
import { hasErrnoCode } from '../base/errors.js';

export function readText(path: string): string | undefined {
  return unlessGone(() => readFileSync(path, 'utf8'));
}

/** One page: Linux returns a small file of /proc in one read of at most this size. */
const PAGE = 4096;
const BLOCK = 64 * 1024;

/** Reads many files without allocating buffers. */
export class ProcReader {
  readonly #small = Buffer.allocUnsafeSlow(PAGE);
  #large = Buffer.allocUnsafeSlow(BLOCK);
  /** Since Linux 6.2 the size of /proc/PID/fd is the number of open files; before, it is 0. */
  readonly #hasCountInSize = (unlessGone(() => statSync('/proc/self/fd').size) ?? 0) > 0;

  /** Reads a file of at most one page, such as `stat`. */
  readSmall(path: string): string | undefined {
    return readWith(path, (file) =>
      this.#small.toString('utf8', 0, readSync(file, this.#small, 0, PAGE, null)),
    );
  }

  /** Reads a file of any length, such as `smaps`. */
  readLarge(path: string): string | undefined {
    return readWith(path, (file) => {
      // Call `fill` first: it may replace the buffer by a larger one.
      const length = this.#fill(file);
      return this.#large.toString('utf8', 0, length);
    });
  }

  countFds(pid: number): number | undefined {
    const path = `/proc/${pid}/fd`;
    return unlessGone(() => (this.#hasCountInSize ? statSync(path).size : readdirSync(path).length));
  }

  #fill(file: number): number {
    for (let length = 0; ;) {
      if (this.#large.length - length < BLOCK)
        this.#large = Buffer.concat([this.#large], this.#large.length * 2);
      const added = readSync(file, this.#large, length, BLOCK, null);
      if (added === 0) return length;
      length += added;
    }
  }
}

function readWith(path: string, read: (file: number) => string): string | undefined {
  return unlessGone(() => {
    const file = openSync(path, constants.O_RDONLY);
    try {
      return read(file);
    } finally {
      closeSync(file);
    }
  });
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
