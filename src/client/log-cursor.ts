// A place in a log that is rotated by rename: x.log, x.log.1 (older), x.log.2 ...; moves across them both ways.

import { open, stat, type FileHandle } from 'node:fs/promises';
import { hasErrnoCode } from '../base/errors.js';
import { LineCounter } from './log-lines.js';

const CHUNK_BYTES = 64 * 1024;
const NOTHING = new Uint8Array();

/**
 * Holds the file it reads open, so it is known by its inode whatever its name becomes meanwhile. Names only
 * ever move up, the oldest first, so a neighbour is right if our own file has not moved while it was opened.
 */
export class LogCursor {
  readonly #path: string;
  #file: FileHandle;
  #offset = 0;
  /** Whether files may have been rotated away before they could be read. */
  hasMissed = false;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Where the last `lines` lines of the log begin. Throws errors of node's `open`. */
  static async atLast(path: string, lines: number): Promise<LogCursor> {
    const cursor = new LogCursor(path, await openNewest(path));
    await cursor.#goBack(new LineCounter(lines));
    return cursor;
  }

  /** The next bytes; none at the present end. */
  async read(): Promise<Uint8Array> {
    for (;;) {
      // Asked first: what is written before a rename is then read before it is left.
      const newer = await this.#openNewer();
      const bytes = await this.#readHere();
      if (bytes.length > 0 || newer === undefined) {
        await newer?.file.close();
        return bytes;
      }
      this.hasMissed ||= !newer.isNext;
      await this.#moveTo(newer.file, 0);
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #goBack(counter: LineCounter): Promise<void> {
    this.#offset = (await this.#file.stat()).size;
    for (;;) {
      while (this.#offset > 0) {
        const from = Math.max(0, this.#offset - CHUNK_BYTES);
        const chunk = await readAt(this.#file, from, this.#offset - from);
        const start = counter.countBack(chunk);
        this.#offset = from + (start ?? 0);
        if (start !== undefined) return;
      }
      const older = await this.#openNeighbour(1);
      if (older === undefined) return;
      await this.#moveTo(older, (await older.stat()).size);
    }
  }

  async #readHere(): Promise<Uint8Array> {
    const bytes = await readAt(this.#file, this.#offset, CHUNK_BYTES);
    // Somebody may have emptied the file: what comes next comes there.
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
    const file = isNext ? await this.#openNeighbour(-1) : await this.#openOldest();
    return file === undefined ? undefined : { file, isNext };
  }

  async #openOldest(): Promise<FileHandle | undefined> {
    const last = await this.#findLast();
    return last === undefined ? undefined : await openIfThere(this.#nameOf(last));
  }

  /** The file that is one older (1) or newer (-1) than ours, if it is there at the moment. */
  async #openNeighbour(step: 1 | -1): Promise<FileHandle | undefined> {
    for (;;) {
      const number = await this.#findNumber();
      if (number === undefined || number + step < 0) return undefined;
      const file = await openIfThere(this.#nameOf(number + step));
      if ((await this.#findNumber()) === number) return file;
      await file?.close();
    }
  }

  /** The number that our file has now; undefined when it has been rotated away. */
  async #findNumber(): Promise<number | undefined> {
    const own = (await this.#file.stat()).ino;
    for (let number = 0; ; number += 1) {
      const inode = await inodeOf(this.#nameOf(number));
      if (inode === own) return number;
      // While a rotation is under way one number is free.
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

/** In the midst of a rotation the newest file has its next name already. */
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
