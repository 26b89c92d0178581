// Which node starts our programs: it can be replaced while a provider runs.

import { delimiter, join } from 'node:path';
import { ContextdError } from './errors.js';
import { isExecutable } from './is-executable.js';

/** The node that runs us; where that one is gone, the one that PATH has now. Throws SVC_LAUNCH_FAILED. */
export function findNode(): string {
  const inPath = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const places = [process.execPath, ...inPath.map((folder) => join(folder, 'node'))];
  const found = places.find(isExecutable);
  if (found !== undefined) return found;
  throw new ContextdError(
    'SVC_LAUNCH_FAILED',
    `${process.execPath} is gone, and there is no other node in PATH`,
    {
      hint: 'install node again, or start the provider with another one: its services go on with --detach_on_exit',
    },
  );
}
