// What a reader meets in a document (code blocks, words of code, links), so that what it tells is what is tested.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.js';

/** Every kind of code block that a document may hold, and what becomes of it: language and mark, after the fence. */
export const KINDS: Readonly<Record<string, string>> = {
  sh: 'typed in order, in an empty folder (test/e2e/documents)',
  'sh background': 'likewise; it runs on while the next ones are typed',
  'sh clone': 'needs a clone, whose build it would change below the other tests: .ci/run types it',
  python: 'run in order with the shell blocks (test/e2e/documents)',
  'python background': 'likewise; it is ended when it has printed a line',
  'text output': 'compared with what the block above it has printed (test/e2e/documents)',
  'text drawing': 'for the eye alone: nothing checks it',
  ts: 'type-checked (test/repo/document-code)',
  'ts FILE': 'likewise, and written to that file for what is typed (test/e2e/documents)',
  xml: 'read as a context or meta file, or as a part of one (test/repo/document-code)',
  json: 'validated with the schema in conf/schemas that its mark names (test/repo/document-code)',
  ini: 'a unit: judged by systemd-analyze, its commands typed (test/e2e/systemd-unit)',
  yaml: 'the configuration of a Prometheus (test/repo/document-code)',
};

export interface CodeBlock {
  /** Such as `docs/task.md:12`, where it starts. */
  readonly place: string;
  readonly language: string;
  /** What stands after the language, if anything. */
  readonly mark: string;
  /** Its language and mark as KINDS has them. */
  readonly kind: string;
  readonly text: string;
}

/** A word of code in a text, or a line of an indented block. */
export interface CodeWord {
  readonly place: string;
  readonly text: string;
}

const FENCE = /^(?<indent> *)(?<fence>`{3,}|~{3,})(?<info>.*)\n(?<text>[\s\S]*?)^\k<indent>\k<fence>$/gm;

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
  return findCodeBlocks(document, readDocument(document));
}

export function findCodeBlocks(document: string, text: string): readonly CodeBlock[] {
  return [...text.matchAll(FENCE)].map((match) => {
    const { info = '', text: code = '' } = match.groups ?? {};
    const [language = '', mark = ''] = info.trim().split(/ (.*)/);
    return {
      place: placeIn(document, text, match.index),
      language,
      mark,
      kind: kindOf(language, mark),
      text: code,
    };
  });
}

function kindOf(language: string, mark: string): string {
  if (language === 'json') return 'json';
  if (language === 'ts' && mark.endsWith('.ts')) return 'ts FILE';
  return `${language} ${mark}`.trim();
}

/** The text with as many lines, but without its fenced code. */
export function withoutBlocks(text: string): string {
  return text.replace(FENCE, (block) => block.replace(/[^\n]/g, ''));
}

/** What stands between backticks outside of blocks. */
export function codeWords(document: string): readonly CodeWord[] {
  const text = withoutBlocks(readDocument(document));
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => ({
    place: placeIn(document, text, match.index),
    text: (match[1] ?? '').replaceAll('\n', ' '),
  }));
}

/** The lines of indented blocks, which nothing runs. */
export function indentedLines(document: string): readonly CodeWord[] {
  const text = withoutBlocks(readDocument(document));
  return [...text.matchAll(/^ {4,}(\S.*)$/gm)].map((match) => ({
    place: placeIn(document, text, match.index),
    text: match[1] ?? '',
  }));
}

export function placeIn(document: string, text: string, index: number): string {
  return `${document}:${text.slice(0, index).split('\n').length}`;
}
