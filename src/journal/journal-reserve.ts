// Room on the disk that is kept for the journal: what has been done can still be written when the disk is full.

import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrnoCode } from '../base/errors.js';

const BYTES = 64 * 1024;
const NO_ROOM = ['ENOSPC', 'EDQUOT'];

export class JournalReserve {
  readonly #path: string;
  #isKept = false;

  constructor(folder: string) {
    this.#path = join(folder, 'journal.reserve');
  }

  /** Throws when there is no room for it. */
  async keep(): Promise<void> {
    if (this.#isKept) return;
    try {
      await using file = await open(this.#path, 'w', 0o600);
      // Zeros that are written take room, those that are skipped do not.
      await file.writeFile(Buffer.alloc(BYTES));
      this.#isKept = true;
    } catch (error) {
      await this.#release();
      // Where a file may not be that large, or for whatever else: it does without.
      if (hasErrnoCode(error, ...NO_ROOM)) throw error;
    }
  }

  /** Somebody removed it. */
  forget(): void {
    this.#isKept = false;
  }

  /** Does it again in the room that was kept if the disk is full. */
  async spend<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!hasErrnoCode(error, ...NO_ROOM)) throw error;
      await this.#release();
      return await act();
    }
  }

  async #release(): Promise<void> {
    this.#isKept = false;
    await rm(this.#path, { force: true }).catch(() => undefined);
  }
}
