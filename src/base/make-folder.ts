// Creates a folder with its parents, and reports the true error if that fails.

import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasErrnoCode } from './errors.js';

/** Returns the first folder that was created; undefined if all existed. Throws the errors of `fs.mkdir`. */
export function makeFolder(path: string, mode?: number): string | undefined {
  try {
    return mkdirSync(path, { recursive: true, mode });
  } catch (error) {
    // Node.js reports ENOENT on a read-only file system. Creating a single folder gives the true error.
    if (hasErrnoCode(error, 'ENOENT')) mkdirSync(firstMissing(path));
    throw error;
  }
}

function firstMissing(path: string): string {
  const parent = dirname(path);
  return parent === path || existsSync(parent) ? path : firstMissing(parent);
}
