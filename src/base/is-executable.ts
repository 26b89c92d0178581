// Whether a path is a program that this process may start.

import { accessSync, constants, statSync } from 'node:fs';

/** True for a file, or a link to one, that we may execute; false for a folder, and for what is not there. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
