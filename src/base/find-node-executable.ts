// Finds the Node.js executable for child processes; the file may be replaced while a provider runs.

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ContextdError } from './errors.js';

/** Returns the executable of this process or, if it was removed, the first node in PATH. Throws SVC_LAUNCH_FAILED. */
export function findNodeExecutable(): string {
  const inPath = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const places = [process.execPath, ...inPath.map((folder) => join(folder, 'node'))];
  const found = places.find(isExecutable);
  if (found !== undefined) return found;
  throw new ContextdError(
    'SVC_LAUNCH_FAILED',
    `${process.execPath} does not exist any more, and PATH contains no other node`,
    {
      hint: 'install Node.js again, or restart the provider with another one (--detach_on_exit keeps its services running)',
    },
  );
}

/** Returns true for an executable file or a link to one; false for a folder or a missing file. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
