// The names of a log's older files, and how they move up: x.log -> x.log.1 -> x.log.2 ... -> gone.

import { existsSync, renameSync, rmSync } from 'node:fs';

/** Moves every file one up; afterwards there is room at `path`. The oldest of `files` files is overwritten. */
export function rotate(path: string, files: number): void {
  if (files <= 1) {
    // Not emptied: a reader tells a new file by its inode.
    rmSync(path);
    return;
  }
  let last = 1;
  while (last < files - 1 && existsSync(`${path}.${last}`)) last += 1;
  // Oldest first, so that at no moment two files share a name; a reader finds its file at its number or one up.
  for (let number = last; number > 1; number -= 1) renameSync(`${path}.${number - 1}`, `${path}.${number}`);
  renameSync(path, `${path}.1`);
}

/** Removes what an earlier, longer configuration left. */
export function dropSurplus(path: string, files: number): void {
  for (let number = Math.max(1, files); existsSync(`${path}.${number}`); number += 1) {
    rmSync(`${path}.${number}`, { force: true });
  }
}
