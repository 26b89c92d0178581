// Reserves disk space, so that the journal can record finished work on a full disk.

import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrnoCode } from '../base/errors.js';

const BYTES = 64 * 1024;
const NO_ROOM = ['ENOSPC', 'EDQUOT'];

export class JournalReserve {
  readonly #path: string;
  #isAllocated = false;

  constructor(folder: string) {
    this.#path = join(folder, 'journal.reserve');
  }

  /** Allocates the reserve; throws when the disk is full. */
  async allocate(): Promise<void> {
    if (this.#isAllocated) return;
    try {
      await using file = await open(this.#path, 'w', 0o600);
      // Write the zeros: a sparse file would reserve nothing.
      await file.writeFile(Buffer.alloc(BYTES));
      this.#isAllocated = true;
    } catch (error) {
      await this.#release();
      // Any other error: run without a reserve.
      if (hasErrnoCode(error, ...NO_ROOM)) throw error;
    }
  }

  /** The file was removed: `allocate` creates it again. */
  markMissing(): void {
    this.#isAllocated = false;
  }

  /** Calls `act`. If the disk is full, frees the reserve and calls it again. */
  async run<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!hasErrnoCode(error, ...NO_ROOM)) throw error;
      await this.#release();
      return await act();
    }
  }

  async #release(): Promise<void> {
    this.#isAllocated = false;
    await rm(this.#path, { force: true }).catch(() => undefined);
  }
}
