// Parses documents: code blocks and code words, so that tests can check them.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.js';

/** Every kind of code block (language and mark) that a document may contain, and how it is checked. */
export const KINDS: Readonly<Record<string, string>> = {
  sh: 'executed in order, in an empty folder (test/e2e/documents)',
  'sh background': 'likewise; keeps running during the next blocks',
  'sh clone': 'executed by .ci/run: it needs a clone, and would change its build during other tests',
  python: 'executed in order with the shell blocks (test/e2e/documents)',
  'python background': 'likewise; is killed after it has printed a line',
  'text output': 'compared with the output of the block above (test/e2e/documents)',
  'text drawing': 'not checked',
  ts: 'type-checked (test/repo/document-code)',
  'ts FILE': 'likewise, and written to that file before the commands are executed (test/e2e/documents)',
  xml: 'read as a context or meta file, or as a part of one (test/repo/document-code)',
  json: 'validated with the schema in conf/schemas that its mark names (test/repo/document-code)',
  ini: 'a systemd unit: checked by systemd-analyze, its commands are executed (test/e2e/systemd-unit)',
  yaml: 'the configuration of a Prometheus (test/repo/document-code)',
};

export interface CodeBlock {
  /** Such as `docs/task.md:12`, where it starts. */
  readonly place: string;
  readonly language: string;
  /** The text after the language, or an empty string. */
  readonly mark: string;
  /** Language and mark, a key of KINDS. */
  readonly kind: string;
  readonly text: string;
}

/** Text between backticks, or a line of an indented block. */
export interface CodeWord {
  readonly place: string;
  readonly text: string;
}

const FENCE = /^(?<indent> *)(?<fence>`{3,}|~{3,})(?<info>.*)\n(?<text>[\s\S]*?)^\k<indent>\k<fence>$/gm;

/** README and all other documents for users, as paths relative to the root of the package. */
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

/** The text without its fenced code, with the same number of lines. */
export function withoutBlocks(text: string): string {
  return text.replace(FENCE, (block) => block.replace(/[^\n]/g, ''));
}

/** The texts between backticks outside of blocks. */
export function codeWords(document: string): readonly CodeWord[] {
  const text = withoutBlocks(readDocument(document));
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => ({
    place: placeIn(document, text, match.index),
    text: (match[1] ?? '').replaceAll('\n', ' '),
  }));
}

/** The lines of indented blocks, which are not checked. */
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
