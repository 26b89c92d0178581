// The shell blocks of a document, so that what it tells its reader to type is what is run.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.js';

export interface ShellBlock {
  /** The document's line on which it starts. */
  readonly line: number;
  readonly script: string;
  /** `background`: runs on while the next blocks run; `clone`: needs a clone of the repository. */
  readonly mark: string;
}

const FENCE = /^```sh ?(?<mark>\w*)\n(?<script>[\s\S]*?)^```$/gm;

/** Code fences that begin with `sh`. */
export function shellBlocks(document: string): readonly ShellBlock[] {
  const text = readFileSync(join(packageRoot, document), 'utf8');
  return [...text.matchAll(FENCE)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    script: match.groups?.script ?? '',
    mark: match.groups?.mark ?? '',
  }));
}
