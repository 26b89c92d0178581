// Names of files and folders that are named after ids: no two ids share one, whatever the file system.

import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** File systems take 255 bytes; what is put behind a name, such as `.log.1`, needs room. */
const MOST_BYTES = 200;
const KEPT_BYTES = 100;

/**
 * An id as a name: dots as %2E, as in topics, so that it cannot look like a name with an ending; where case is ignored
 * capitals as well (A as %41).
 */
export function fileNameOf(id: string, isCaseIgnored: boolean): string {
  const name = id.replace(isCaseIgnored ? /[.A-Z]/g : /\./g, escapeCharacter);
  if (name.length <= MOST_BYTES) return name;
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 32);
  return `${name.slice(0, KEPT_BYTES)}%${hash}`;
}

/** Whether names that differ only by case are one in the file system of `folder`, which exists. */
export function ignoresCase(folder: string): boolean {
  const name = basename(folder);
  const other = swapCase(name);
  if (other === name) return false;
  try {
    const [own, twin] = [statSync(folder), statSync(join(dirname(folder), other))];
    return own.ino === twin.ino && own.dev === twin.dev;
  } catch {
    return false; // No such name: they are two.
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
