// The file of changes while it is written, a line for each writing; and how a file of the journal is kept under a second name.

import { lstatSync } from 'node:fs';
import { copyFile, link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import { hasErrnoCode } from '../base/errors.js';

/** Of every file of the journal. */
export const JOURNAL_MODE = 0o600;

/** What file systems say that have no hard links. */
const NO_LINKS = ['EPERM', 'EMLINK', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS'];

export class JournalLines {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #inode: number;
  readonly #startBytes: number;
  readonly #mostBytes: number;
  #bytes = 0;
  /** A part of a line may be there. */
  #isTorn = false;

  private constructor(path: string, file: FileHandle, more: { inode: number; size: number; most: number }) {
    this.#path = path;
    this.#file = file;
    this.#inode = more.inode;
    this.#startBytes = more.size;
    this.#mostBytes = more.most;
  }

  /** A new file that starts with `start`; its lines should not grow beyond `most` bytes. */
  static async create(path: string, start: string, most: number): Promise<JournalLines> {
    await writeFileAtomic(path, start, { mode: JOURNAL_MODE });
    const file = await open(path, 'a');
    const { ino: inode, size } = await file.stat();
    return new JournalLines(path, file, { inode, size, most });
  }

  get isFull(): boolean {
    return this.#bytes > this.#mostBytes;
  }

  /** False when the file was removed, or another one is in its place. */
  isInPlace(): boolean {
    return lstatSync(this.#path, { throwIfNoEntry: false })?.ino === this.#inode;
  }

  /**
   * Left to the system to bring to the disk, unless `isLasting`. To be called again with the same line when it has
   * thrown: what is there of the line is taken back.
   */
  async append(line: Buffer, isLasting: boolean): Promise<void> {
    if (this.#isTorn) await this.#file.truncate(this.#startBytes + this.#bytes);
    this.#isTorn = true;
    for (let done = 0; done < line.length;) done += (await this.#file.write(line, done)).bytesWritten;
    this.#isTorn = false;
    this.#bytes += line.length;
    if (isLasting) await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#file.close().catch(() => undefined);
  }
}

/** What is at `path` gets a second name, under which it outlives being replaced. */
export async function keepAs(path: string, other: string): Promise<void> {
  const between = `${other}.new`;
  await rm(between, { force: true });
  try {
    await link(path, between);
  } catch (error) {
    if (hasErrnoCode(error, 'ENOENT')) return;
    if (!hasErrnoCode(error, ...NO_LINKS)) throw error;
    await copyFile(path, between);
  }
  // At no moment there is none.
  await rename(between, other);
}
