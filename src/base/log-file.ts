// A file of lines, such as a service's log: appended to synchronously, rotated by rename and reopen; what cannot be written is counted.

import { closeSync, fstatSync, ftruncateSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.js';
import { createLogger, formatRecord, type Logger } from './logger.js';
import { openPrivate } from './private-files.js';
import { dropSurplus, rotate } from './rotate.js';

export interface LogFileOptions {
  /** Of its newest file; older ones have a number added. */
  readonly path: string;
  /** Of one file. */
  readonly maxBytes: number;
  /** How many files there may be. */
  readonly files: number;
  /** The first line of each file, for those who read it as a table. */
  readonly header?: string;
  /** Others than people read it: nothing is said in it of lines that were lost. */
  readonly isTable?: boolean;
}

/** What has been lost so far, and why the last of it. */
export interface LogLoss {
  readonly lines: number;
  /** Such as ENOSPC. */
  readonly code: string;
}

const NEWLINE = 10;
/** How often to look whether the file is still where it was. */
const LOOK_MS = 1000;

/**
 * Byte for byte what it is given, over at most `files` files of `maxBytes`; a line is cut by a rotation only
 * if it fits into no file. No write throws: a full disk costs lines, never the service.
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
  #lookedMs = 0;
  #loss: LogLoss | undefined;
  /** Lines lost since the log last told so; undefined for nothing. */
  #untold: number | undefined;
  /** What the file system last refused with. */
  #fault = '';

  constructor(options: LogFileOptions, now: () => number = Date.now) {
    this.#options = options;
    this.#header = Buffer.from(options.header === undefined ? '' : `${options.header}\n`);
    this.#now = now;
    this.#guard(() => {
      dropSurplus(options.path, options.files);
      this.#isMidLine = this.#open();
    });
    if (this.#isMidLine) this.write(Buffer.of(NEWLINE));
  }

  get loss(): LogLoss | undefined {
    return this.#loss;
  }

  /** Whether what was written last is the start of a line. */
  get isMidLine(): boolean {
    return this.#isMidLine;
  }

  /** Grows with everything that is written: who finds it unchanged was the last to write. */
  get writes(): number {
    return this.#writes;
  }

  /** On a line of its own. */
  writeLine(text: string): void {
    this.write(Buffer.from(`${this.#isMidLine ? '\n' : ''}${text}\n`));
  }

  write(bytes: Uint8Array): void {
    this.#look();
    if (!this.#tellLoss()) {
      this.#lose(bytes);
      return;
    }
    const kept = this.#keep(bytes);
    if (kept < bytes.length) this.#lose(bytes.subarray(kept));
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** Writes and rotates; returns how many bytes are in files now. */
  #keep(bytes: Uint8Array): number {
    let done = 0;
    while (done < bytes.length) {
      const rest = bytes.subarray(done);
      const length = this.#fitting(rest);
      if (length === 0) {
        if (!this.#guard(() => this.#rotate())) break;
        continue;
      }
      const written = this.#append(rest.subarray(0, length));
      done += written;
      if (written < length) break;
    }
    return done;
  }

  /** How much of `bytes` belongs into the present file: whole lines if possible; 0 when it is time to rotate. */
  #fitting(bytes: Uint8Array): number {
    const room = this.#options.maxBytes - (this.#size === 0 ? this.#header.length : this.#size);
    if (bytes.length <= room) return bytes.length;
    const lines = room > 0 ? bytes.lastIndexOf(NEWLINE, room - 1) + 1 : 0;
    if (lines > 0) return lines;
    return this.#size === 0 ? Math.max(1, room) : 0;
  }

  /** Returns how many bytes were written; of a line that was written in part nothing stays. */
  #append(bytes: Uint8Array): number {
    let done = 0;
    const isDone = this.#guard(() => {
      if (this.#fd === undefined) this.#open();
      if (this.#size === 0) this.#size = this.#writeHeader();
      while (done < bytes.length) done += writeSync(this.#fd ?? -1, bytes, done);
    });
    if (!isDone && done > 0) {
      const whole = bytes.subarray(0, done).lastIndexOf(NEWLINE) + 1;
      const size = this.#size + whole;
      if (this.#guard(() => ftruncateSync(this.#fd ?? -1, size))) done = whole;
    }
    this.#size += done;
    if (done > 0) {
      this.#isMidLine = bytes[done - 1] !== NEWLINE;
      this.#writes += 1;
    }
    return done;
  }

  /** All of it or nothing. */
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

  /** Returns whether the file ends within a line. */
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

  /** Somebody may have moved, removed or shortened the file: it is opened anew where it should be. */
  #look(): void {
    const nowMs = this.#now();
    // A clock that was put back must not stop the looking.
    if (Math.abs(nowMs - this.#lookedMs) < LOOK_MS) return;
    this.#lookedMs = nowMs;
    this.#guard(() => {
      const there = statSync(this.#options.path, { throwIfNoEntry: false });
      if (there?.ino === this.#inode) this.#size = there.size;
      else {
        this.close();
        this.#isMidLine = this.#open();
      }
    });
  }

  /** Says in the log itself what is missing there, as soon as that can be written; false if not yet. */
  #tellLoss(): boolean {
    if (this.#untold === undefined || this.#options.isTable === true) return true;
    const message = `${Math.max(1, this.#untold)} lines lost: ${this.#loss?.code ?? ''}`;
    const line = formatRecord({ at: new Date(this.#now()), level: 'warn', message, fields: {} });
    const bytes = Buffer.from(`${this.#isMidLine ? '\n' : ''}${line}\n`);
    if (this.#keep(bytes) < bytes.length) return false;
    this.#untold = undefined;
    return true;
  }

  #lose(bytes: Uint8Array): void {
    let lines = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
    this.#untold = (this.#untold ?? 0) + lines;
    this.#loss = { lines: (this.#loss?.lines ?? 0) + lines, code: this.#fault };
  }

  /** Returns whether `act` went well; what the file system refuses is remembered, not thrown. */
  #guard(act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      this.#fault = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      return false;
    }
  }
}
