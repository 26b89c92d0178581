// The code blocks and links of a document, so that what it tells its reader is what is tested.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.js';

export interface CodeBlock {
  /** Such as `docs/task.md:12`, where it starts. */
  readonly place: string;
  /** The line on which it starts. */
  readonly line: number;
  readonly language: string;
  /** The word after the language, if any. */
  readonly mark: string;
  readonly text: string;
}

export interface ShellBlock {
  /** The document's line on which it starts. */
  readonly line: number;
  readonly script: string;
  /** `background`: runs on while the next blocks run; `clone`: needs a clone of the repository. */
  readonly mark: string;
}

const FENCE = /^```(?<language>\w+) ?(?<mark>\w*)\n(?<text>[\s\S]*?)^```$/gm;

/** README and whatever else a user reads, as paths from the root of the package. */
export function allDocuments(): readonly string[] {
  const inFolder = (folder: string) =>
    readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name}`)
      .filter((name) => name.endsWith('.md') && !name.includes('node_modules'));
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...inFolder('docs'), ...inFolder('examples')];
}

export function readDocument(document: string): string {
  return readFileSync(join(packageRoot, document), 'utf8');
}

export function codeBlocks(document: string): readonly CodeBlock[] {
  const text = readDocument(document);
  return [...text.matchAll(FENCE)].map((match) => {
    const line = text.slice(0, match.index).split('\n').length;
    const { language = '', mark = '', text: code = '' } = match.groups ?? {};
    return { place: `${document}:${line}`, line, language, mark, text: code };
  });
}

/** Code fences that begin with `sh`. */
export function shellBlocks(document: string): readonly ShellBlock[] {
  return codeBlocks(document)
    .filter(({ language }) => language === 'sh')
    .map(({ line, mark, text }) => ({ line, mark, script: text }));
}
