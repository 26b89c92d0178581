// Log rotation by renaming: x.log -> x.log.1 -> x.log.2 ... -> deleted.

import { existsSync, renameSync, rmSync } from 'node:fs';

/** Renames every file to the next number, so that `path` is free. Overwrites the oldest of `files` files. */
export function rotate(path: string, files: number): void {
  if (files <= 1) {
    // Delete instead of truncating: readers detect a new file by its inode.
    rmSync(path);
    return;
  }
  let last = 1;
  while (last < files - 1 && existsSync(`${path}.${last}`)) last += 1;
  // Oldest first, so that no file is overwritten; a reader finds its file at the same number or one higher.
  for (let number = last; number > 1; number -= 1) renameSync(`${path}.${number - 1}`, `${path}.${number}`);
  renameSync(path, `${path}.1`);
}

/** Deletes files beyond `files`, left by an earlier configuration with more files. */
export function removeSurplusFiles(path: string, files: number): void {
  for (let number = Math.max(1, files); existsSync(`${path}.${number}`); number += 1) {
    rmSync(`${path}.${number}`, { force: true });
  }
}
