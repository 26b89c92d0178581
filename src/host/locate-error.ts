// Finds the line of the user's source where an error was thrown, from its source-mapped stack.

import { fileURLToPath } from 'node:url';
import { packageRoot } from '../base/package.js';

export interface ErrorLocation {
  readonly file?: string;
  readonly line?: number;
}

const FRAME = /\(?((?:file:\/\/)?\/[^\s():]+):(\d+):\d+\)?$/;

/** Returns the topmost frame that is not code of Node or of this package. */
export function locateError(error: unknown): ErrorLocation {
  if (!(error instanceof Error)) return {};
  for (const text of (error.stack ?? '').split('\n').slice(1)) {
    const [, where, line] = FRAME.exec(text.trim()) ?? [];
    if (where === undefined) continue;
    const file = where.startsWith('file://') ? fileURLToPath(where) : where;
    if (!isOwn(file)) return { file, line: Number(line) };
  }
  return {};
}

function isOwn(file: string): boolean {
  return file.startsWith(`${packageRoot}/dist/`) || file.startsWith(`${packageRoot}/src/`);
}
