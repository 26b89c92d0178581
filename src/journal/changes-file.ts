// Appends changes to the journal, one line per write; preserves journal files under a second name.

import { lstatSync } from 'node:fs';
import { copyFile, link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import { hasErrnoCode } from '../base/errors.js';

/** The mode of all journal files. */
export const JOURNAL_MODE = 0o600;

/** Error codes of file systems without hard links. */
const NO_LINKS = ['EPERM', 'EMLINK', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS'];

export class ChangesFile {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #inode: number;
  readonly #startBytes: number;
  readonly #maxBytes: number;
  #bytes = 0;
  /** The last line may be incomplete. */
  #isTorn = false;

  private constructor(
    path: string,
    file: FileHandle,
    more: { inode: number; size: number; maxBytes: number },
  ) {
    this.#path = path;
    this.#file = file;
    this.#inode = more.inode;
    this.#startBytes = more.size;
    this.#maxBytes = more.maxBytes;
  }

  /** Creates a file that starts with `start`. `isFull` becomes true after `maxBytes` bytes of lines. */
  static async create(path: string, start: string, maxBytes: number): Promise<ChangesFile> {
    await writeFileAtomic(path, start, { mode: JOURNAL_MODE });
    const file = await open(path, 'a');
    const { ino: inode, size } = await file.stat();
    return new ChangesFile(path, file, { inode, size, maxBytes });
  }

  get isFull(): boolean {
    return this.#bytes > this.#maxBytes;
  }

  /** Returns false when the file was removed or replaced. */
  isInPlace(): boolean {
    return lstatSync(this.#path, { throwIfNoEntry: false })?.ino === this.#inode;
  }

  /**
   * Appends a line; with `isLasting` also waits for the disk. After an error, call it again with the same line:
   * it first removes the incomplete one.
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

/** Gives the file at `path` a second name, under which it survives when `path` is replaced. */
export async function preserveAs(path: string, other: string): Promise<void> {
  const temporary = `${other}.new`;
  await rm(temporary, { force: true });
  try {
    await link(path, temporary);
  } catch (error) {
    if (hasErrnoCode(error, 'ENOENT')) return;
    if (!hasErrnoCode(error, ...NO_LINKS)) throw error;
    await copyFile(path, temporary);
  }
  // An atomic rename: `other` always exists.
  await rename(temporary, other);
}
