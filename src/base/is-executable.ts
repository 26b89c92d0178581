// Checks whether a path is a program that this process may start.

import { accessSync, constants, statSync } from 'node:fs';

/** Returns true for an executable file or a link to one; false for a folder or a missing file. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
