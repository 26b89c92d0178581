// Unique file and folder names for ids, on every file system.

import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** File systems allow 255 bytes; this leaves room for suffixes such as `.log.1`. */
const MAX_NAME_LENGTH = 200;
const PREFIX_LENGTH = 100;

/**
 * Returns the file name for an id. Dots become %2E, as in topics, so that no id looks like a name with an extension.
 * With `isCaseIgnored` capitals are escaped too (A as %41). Long ids are cut and get a hash.
 */
export function fileNameOf(id: string, isCaseIgnored: boolean): string {
  const name = id.replace(isCaseIgnored ? /[.A-Z]/g : /\./g, escapeCharacter);
  if (name.length <= MAX_NAME_LENGTH) return name;
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 32);
  return `${name.slice(0, PREFIX_LENGTH)}%${hash}`;
}

/** Returns whether the file system of the existing `folder` ignores case in names. */
export function ignoresCase(folder: string): boolean {
  const name = basename(folder);
  const other = swapCase(name);
  if (other === name) return false;
  try {
    const [own, twin] = [statSync(folder), statSync(join(dirname(folder), other))];
    return own.ino === twin.ino && own.dev === twin.dev;
  } catch {
    return false; // The other spelling does not exist: case matters.
  }
}

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function swapCase(text: string): string {
  return Array.from(text, (each) =>
    each === each.toLowerCase() ? each.toUpperCase() : each.toLowerCase(),
  ).join('');
}
