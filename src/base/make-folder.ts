// Makes a folder and those above it; an error says what the system refuses.

import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasErrnoCode } from './errors.js';

/** Returns the first folder that was made; undefined when all were there. Throws errors of node's `mkdir`. */
export function makeFolder(path: string, mode?: number): string | undefined {
  try {
    return mkdirSync(path, { recursive: true, mode });
  } catch (error) {
    // What node says of a file system that can only be read. To make one folder alone gives the true reason.
    if (hasErrnoCode(error, 'ENOENT')) mkdirSync(firstMissing(path));
    throw error;
  }
}

function firstMissing(path: string): string {
  const parent = dirname(path);
  return parent === path || existsSync(parent) ? path : firstMissing(parent);
}
