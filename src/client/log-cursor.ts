// A read position in a log that is rotated by rename: x.log, x.log.1 (older), x.log.2 ...; moves across the files in both directions.

import { open, stat, type FileHandle } from 'node:fs/promises';
import { hasErrnoCode } from '../base/errors.js';
import { LineCounter } from './log-lines.js';

const CHUNK_BYTES = 64 * 1024;
const NOTHING = new Uint8Array();

/**
 * Invariant: the file stays open and is identified by its inode, because its name changes with each rotation. Rotation
 * only moves names up, the oldest first, so an adjacent file is the right one if our own did not move while it was opened.
 */
export class LogCursor {
  readonly #path: string;
  #file: FileHandle;
  #offset = 0;
  /** True when files may have been deleted by rotation before they were read. */
  hasGap = false;
  /** True when the last read has reached the end of the newest file. */
  isAtEnd = false;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Opens the log at the beginning of its last `lines` lines. Throws errors of node's `open`. */
  static async openTail(path: string, lines: number): Promise<LogCursor> {
    const cursor = new LogCursor(path, await openNewest(path));
    await cursor.#seekBack(new LineCounter(lines));
    return cursor;
  }

  /** Reads the next bytes; empty at the current end. */
  async read(): Promise<Uint8Array> {
    for (;;) {
      // Before reading: bytes written before the rename are then read before the file is left.
      const newer = await this.#openNewer();
      const bytes = await this.#readHere();
      this.isAtEnd = newer === undefined && bytes.length < CHUNK_BYTES;
      if (bytes.length > 0 || newer === undefined) {
        await newer?.file.close();
        return bytes;
      }
      this.hasGap ||= !newer.isNext;
      await this.#moveTo(newer.file, 0);
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #seekBack(counter: LineCounter): Promise<void> {
    this.#offset = (await this.#file.stat()).size;
    for (;;) {
      while (this.#offset > 0) {
        const from = Math.max(0, this.#offset - CHUNK_BYTES);
        const chunk = await readAt(this.#file, from, this.#offset - from);
        const start = counter.countBack(chunk);
        this.#offset = from + (start ?? 0);
        if (start !== undefined) return;
      }
      const older = await this.#openAdjacent(1);
      if (older === undefined) return;
      await this.#moveTo(older, (await older.stat()).size);
    }
  }

  async #readHere(): Promise<Uint8Array> {
    const bytes = await readAt(this.#file, this.#offset, CHUNK_BYTES);
    // The file may have been truncated: the next line is then at its new end.
    if (bytes.length === 0) this.#offset = Math.min(this.#offset, (await this.#file.stat()).size);
    this.#offset += bytes.length;
    return bytes;
  }

  async #moveTo(file: FileHandle, offset: number): Promise<void> {
    await this.#file.close();
    this.#file = file;
    this.#offset = offset;
  }

  async #openNewer(): Promise<{ readonly file: FileHandle; readonly isNext: boolean } | undefined> {
    const number = await this.#findNumber();
    if (number === 0) return undefined;
    const isNext = number !== undefined;
    const file = isNext ? await this.#openAdjacent(-1) : await this.#openOldest();
    return file === undefined ? undefined : { file, isNext };
  }

  async #openOldest(): Promise<FileHandle | undefined> {
    const last = await this.#findLast();
    return last === undefined ? undefined : await openIfThere(this.#nameOf(last));
  }

  /** Opens the file that is one older (1) or newer (-1) than ours; undefined if it does not exist at the moment. */
  async #openAdjacent(step: 1 | -1): Promise<FileHandle | undefined> {
    for (;;) {
      const number = await this.#findNumber();
      if (number === undefined || number + step < 0) return undefined;
      const file = await openIfThere(this.#nameOf(number + step));
      if ((await this.#findNumber()) === number) return file;
      await file?.close();
    }
  }

  /** The current number of our file; undefined when rotation has deleted it. */
  async #findNumber(): Promise<number | undefined> {
    const own = (await this.#file.stat()).ino;
    for (let number = 0; ; number += 1) {
      const inode = await inodeOf(this.#nameOf(number));
      if (inode === own) return number;
      // During a rotation one number is missing.
      if (inode === undefined && (await inodeOf(this.#nameOf(number + 1))) === undefined) return undefined;
    }
  }

  async #findLast(): Promise<number | undefined> {
    let last: number | undefined;
    for (let number = 0; (await inodeOf(this.#nameOf(number))) !== undefined; number += 1) last = number;
    return last;
  }

  #nameOf(number: number): string {
    return number === 0 ? this.#path : `${this.#path}.${number}`;
  }
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
  return bytesRead === 0 ? NOTHING : buffer.subarray(0, bytesRead);
}

/** During a rotation the newest file already has its next name. */
async function openNewest(path: string): Promise<FileHandle> {
  return (await openIfThere(path)) ?? (await openIfThere(`${path}.1`)) ?? (await open(path));
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if (hasErrnoCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function inodeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).ino;
  } catch (error) {
    if (hasErrnoCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
