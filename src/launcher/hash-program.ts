// Hashes the code of a program: its file, and the script in its arguments.

import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { HostProgram } from '../messages/host-bootstrap.js';

/** For a larger file only size and modification time are hashed, because every start waits for this. */
const MOST_READ = 256 * 1024;
/** Other files in the arguments are data, which the program itself may write. */
const SCRIPT = /\.([mc]?[jt]s|py|sh|rb|pl|php|lua|r|jar)$/i;

export function hashProgram({ file, args, cwd }: Pick<HostProgram, 'file' | 'args' | 'cwd'>): string {
  const script = args.find((each) => SCRIPT.test(each));
  const hash = createHash('sha256');
  for (const path of [file, ...(script === undefined ? [] : [resolve(cwd, script)])]) {
    hash.update(`${path}\0`);
    hash.update(contentOf(path));
  }
  return hash.digest('hex').slice(0, 16);
}

function contentOf(path: string): string | Uint8Array {
  try {
    const stats = statSync(path);
    const { size, mtimeMs } = stats;
    if (!stats.isFile()) return '';
    return size > MOST_READ ? `${size} ${mtimeMs}` : readFileSync(path);
  } catch {
    return ''; // The file does not exist, or only the user of the program may read it.
  }
}
