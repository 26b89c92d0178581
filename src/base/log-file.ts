// A log file, such as a service's: appended synchronously, rotated by rename; lines that cannot be written are counted.

import { closeSync, fstatSync, ftruncateSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemClock } from './clock.js';
import { makeFolder } from './make-folder.js';
import { createLogger, formatRecord, type Logger } from './logger.js';
import { openPrivate } from './private-files.js';
import { removeSurplusFiles, rotate } from './rotate.js';

export interface LogFileOptions {
  /** Path of the newest file; older files have a number appended. */
  readonly path: string;
  /** Maximum size of one file. */
  readonly maxBytes: number;
  /** Maximum number of files. */
  readonly files: number;
  /** First line of each file, for a file that is a table. */
  readonly header?: string;
  /** The file is read by programs: do not add a line about lost lines. */
  readonly isTable?: boolean;
}

/** Number of lines lost so far, and the reason of the last loss. */
export interface LogLoss {
  readonly lines: number;
  /** Such as ENOSPC. */
  readonly code: string;
}

const NEWLINE = 10;
/** How often to check that the file at `path` is still the open one. */
const CHECK_MS = 1000;

/**
 * Keeps the newest bytes in at most `files` files of `maxBytes`. A rotation splits a line only if it is larger than a
 * file. No write throws: on a full disk lines are lost, but the service keeps running.
 */
export class LogFile {
  readonly log: Logger = createLogger((record) => this.writeLine(formatRecord(record)));
  readonly #options: LogFileOptions;
  readonly #header: Uint8Array;
  readonly #now: () => number;
  #fd: number | undefined;
  #inode = 0;
  #size = 0;
  #isMidLine = false;
  #writes = 0;
  #checkedMs = 0;
  #loss: LogLoss | undefined;
  /** Lines lost since the last loss report in the log; undefined if none were lost. */
  #unreportedLines: number | undefined;
  /** Code of the last error of the file system. */
  #lastErrorCode = '';

  constructor(options: LogFileOptions, now = () => systemClock.now()) {
    this.#options = options;
    this.#header = Buffer.from(options.header === undefined ? '' : `${options.header}\n`);
    this.#now = now;
    this.#attempt(() => {
      removeSurplusFiles(options.path, options.files);
      this.#isMidLine = this.#open();
    });
    if (this.#isMidLine) this.write(Buffer.of(NEWLINE));
  }

  get loss(): LogLoss | undefined {
    return this.#loss;
  }

  /** Whether the last write ended within a line. */
  get isMidLine(): boolean {
    return this.#isMidLine;
  }

  /** Number of writes. A writer that finds it unchanged was the last one to write. */
  get writes(): number {
    return this.#writes;
  }

  /** Writes `text` as a separate line. */
  writeLine(text: string): void {
    this.write(Buffer.from(`${this.#isMidLine ? '\n' : ''}${text}\n`));
  }

  write(bytes: Uint8Array): void {
    this.#reopenIfReplaced();
    if (!this.#reportLoss()) {
      this.#countLost(bytes);
      return;
    }
    const written = this.#writeRotating(bytes);
    if (written < bytes.length) this.#countLost(bytes.subarray(written));
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** Writes, rotating as needed. Returns the number of bytes written. */
  #writeRotating(bytes: Uint8Array): number {
    let done = 0;
    while (done < bytes.length) {
      const rest = bytes.subarray(done);
      const length = this.#lengthThatFits(rest);
      if (length === 0) {
        if (!this.#attempt(() => this.#rotate())) break;
        continue;
      }
      const written = this.#append(rest.subarray(0, length));
      done += written;
      if (written < length) break;
    }
    return done;
  }

  /** Returns how many of `bytes` fit into the current file: complete lines if possible, 0 to request a rotation. */
  #lengthThatFits(bytes: Uint8Array): number {
    const room = this.#options.maxBytes - (this.#size === 0 ? this.#header.length : this.#size);
    if (bytes.length <= room) return bytes.length;
    const lines = room > 0 ? bytes.lastIndexOf(NEWLINE, room - 1) + 1 : 0;
    if (lines > 0) return lines;
    return this.#size === 0 ? Math.max(1, room) : 0;
  }

  /** Returns the number of bytes written. A line that could be written only in part is removed again. */
  #append(bytes: Uint8Array): number {
    let done = 0;
    const isDone = this.#attempt(() => {
      if (this.#fd === undefined) this.#open();
      if (this.#size === 0) this.#size = this.#writeHeader();
      while (done < bytes.length) done += writeSync(this.#fd ?? -1, bytes, done);
    });
    if (!isDone && done > 0) {
      const complete = bytes.subarray(0, done).lastIndexOf(NEWLINE) + 1;
      const size = this.#size + complete;
      if (this.#attempt(() => ftruncateSync(this.#fd ?? -1, size))) done = complete;
    }
    this.#size += done;
    if (done > 0) {
      this.#isMidLine = bytes[done - 1] !== NEWLINE;
      this.#writes += 1;
    }
    return done;
  }

  /** Writes the header completely or throws. */
  #writeHeader(): number {
    const fd = this.#fd ?? -1;
    if (this.#header.length === 0 || writeSync(fd, this.#header) === this.#header.length)
      return this.#header.length;
    ftruncateSync(fd);
    throw Object.assign(new Error('no room for the header'), { code: 'ENOSPC' });
  }

  #rotate(): void {
    rotate(this.#options.path, this.#options.files);
    this.close();
    this.#open();
  }

  /** Opens the file. Returns whether it ends within a line. */
  #open(): boolean {
    const { path } = this.#options;
    makeFolder(dirname(path));
    const fd = openPrivate(path);
    const { ino, size } = fstatSync(fd);
    this.#fd = fd;
    this.#inode = ino;
    this.#size = size;
    const last = Buffer.alloc(1);
    return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE;
  }

  /** Reopens the file if it was moved, deleted or truncated by another process. */
  #reopenIfReplaced(): void {
    const nowMs = this.#now();
    // The clock may have been set back, so compare the absolute difference.
    if (Math.abs(nowMs - this.#checkedMs) < CHECK_MS) return;
    this.#checkedMs = nowMs;
    this.#attempt(() => {
      const stat = statSync(this.#options.path, { throwIfNoEntry: false });
      if (stat?.ino === this.#inode) this.#size = stat.size;
      else {
        this.close();
        this.#isMidLine = this.#open();
      }
    });
  }

  /** Writes a line about lost lines as soon as that is possible. Returns false if it is not possible yet. */
  #reportLoss(): boolean {
    if (this.#unreportedLines === undefined || this.#options.isTable === true) return true;
    const message = `${Math.max(1, this.#unreportedLines)} lines lost: ${this.#loss?.code ?? ''}`;
    const line = formatRecord({ at: new Date(this.#now()), level: 'warn', message, fields: {} });
    const bytes = Buffer.from(`${this.#isMidLine ? '\n' : ''}${line}\n`);
    if (this.#writeRotating(bytes) < bytes.length) return false;
    this.#unreportedLines = undefined;
    return true;
  }

  #countLost(bytes: Uint8Array): void {
    let lines = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
    this.#unreportedLines = (this.#unreportedLines ?? 0) + lines;
    this.#loss = { lines: (this.#loss?.lines ?? 0) + lines, code: this.#lastErrorCode };
  }

  /** Calls `operation` and returns whether it succeeded; stores the error code instead of throwing. */
  #attempt(operation: () => void): boolean {
    try {
      operation();
      return true;
    } catch (error) {
      this.#lastErrorCode = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      return false;
    }
  }
}
