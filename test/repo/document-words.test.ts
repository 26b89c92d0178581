// Commands, flags, scripts, variables, error codes and files that documents name exist.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/base/errors.js';
import { packageRoot } from '../../src/base/package.js';
import { SUPERVISION_RULES } from '../../src/model/supervision.js';
import { findCommandLines, findUsageFault, flagsByCommand, isFlag } from '../helpers/document-commands.js';
import {
  allDocuments,
  codeBlocks,
  codeWords,
  placeIn,
  readDocument,
  withoutBlocks,
  type CodeWord,
} from '../helpers/documents.js';
import { listFiles } from './source-files.js';

const documents = allDocuments();
const words = documents.flatMap(codeWords);
const typed = documents.flatMap(codeBlocks).filter(({ language }) => language === 'sh' || language === 'ini');
/** All places where a command or flag may occur. */
const code: readonly CodeWord[] = [...words, ...typed];

/** `place: word` of each match in `within` for which `isRight` is false. */
function findWrong(
  within: readonly CodeWord[],
  pattern: RegExp,
  isRight: (word: string) => boolean,
): readonly string[] {
  const found = within.flatMap(({ place, text }) =>
    [...text.matchAll(pattern)].map(([whole, word = whole]) => ({ place, word })),
  );
  expect(found.length, String(pattern)).toBeGreaterThan(3);
  return found.filter(({ word }) => !isRight(word)).map(({ place, word }) => `${place}: ${word}`);
}

/** Flags of docker run, docker stop, node and V8. */
const FOREIGN_FLAGS = ['init', 'time', 'cpu-prof', 'import', 'test', 'max-semi-space-size'];

describe('names in documents exist:', () => {
  it('commands accept the arguments that documents show', async () => {
    const lines = code.flatMap(({ place, text }) => findCommandLines(text).map((line) => ({ place, line })));
    expect(lines.length).toBeGreaterThan(50);
    const faults = await Promise.all(
      lines.map(async (each) => ({ ...each, fault: await findUsageFault(each.line) })),
    );
    expect(faults.filter(({ fault }) => fault !== undefined)).toEqual([]);
    const wrong = findCommandLines('npx conf_command --action=dance && contextd keys show NAME [--quietly]');
    expect(await Promise.all(wrong.map(findUsageFault))).toEqual([
      expect.stringContaining('dance'),
      expect.stringContaining('quietly'),
    ]);
  });

  it('flags', () => {
    const isKnown = (flag: string) => isFlag(flag) || FOREIGN_FLAGS.includes(flag);
    expect(findWrong(code, /(?<![\w-])--([a-z][\w-]*)/g, isKnown)).toEqual([]);
    expect(isKnown('quietly')).toBe(false);
  });

  it('every flag of a command, in its section of docs/commands.md', () => {
    const sections = readDocument('docs/commands.md').split(/^## /m);
    const missing = [...flagsByCommand()].flatMap(([name, flags]) => {
      const section = sections.find((each) => each.startsWith(`${name}\n`)) ?? '';
      return flags.filter((flag) => !section.includes(`--${flag}`)).map((flag) => `${name} --${flag}`);
    });
    expect(missing).toEqual([]);
  });

  it('scripts of npm, in this package or in a new project', () => {
    const scripts = ['package.json', 'templates/project/package.json.ejs'].map((file) =>
      readFileSync(join(packageRoot, file), 'utf8').replace(/[\s\S]*"scripts": \{([^}]*)\}[\s\S]*/, '$1'),
    );
    const isScript = (name: string) => scripts.some((each) => each.includes(`"${name}":`));
    expect(findWrong(code, /npm (?:run )?(start|test|(?<=run )[\w-]+)/g, isScript)).toEqual([]);
  });

  it('environment variables', () => {
    const source = listFiles(join(packageRoot, 'src')).map((file) => readFileSync(file, 'utf8'));
    const isRead = (name: string) => source.some((text) => text.includes(name));
    expect(findWrong(words, /\bCONTEXTD_[A-Z_]+\b/g, isRead)).toEqual([]);
  });

  it('supervision settings, with their defaults', () => {
    const text = readDocument('docs/context-file.md');
    const defaults = Object.entries(SUPERVISION_RULES).map(([key, { fallback }]) => `\`${key}\` ${fallback}`);
    expect(defaults.filter((each) => !text.includes(each))).toEqual([]);
  });

  it('error codes', () => {
    const families = [...new Set(Object.keys(ERROR_CODES).map((each) => each.split('_')[0]))].join('|');
    const pattern = new RegExp(String.raw`^(?:${families})_[A-Z_]+$`, 'g');
    expect(findWrong(words, pattern, (each) => Object.hasOwn(ERROR_CODES, each))).toEqual([]);
  });
});

const FOLDERS = [
  'src',
  'docs',
  'test',
  'templates',
  'build',
  'tools',
  'examples',
  'bench',
  'dist',
  'schemas',
];
const modules = readdirSync(join(packageRoot, 'src'));
/** Files that a script generates. */
const GENERATED = ['bench/results.json', 'docs/api/index.html'];
const listed = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);

/** Whether a file or folder of the package exists; `NAME` and `*` match any name. */
function isThere(path: string): boolean {
  const file = join(packageRoot, path);
  if (existsSync(file) || GENERATED.includes(path)) return true;
  const name = basename(path).replace(/[.*+]/g, (each) => (each === '*' ? '.*' : `\\${each}`));
  const pattern = new RegExp(`^${name.replace(/\b[A-Z]{3,}\b/, '.*')}$`);
  return pattern.source !== `^${basename(path)}$` && listed(dirname(file)).some((each) => pattern.test(each));
}

describe('paths in documents exist:', () => {
  it('files of the package', () => {
    const prose = documents.map((document) => ({ document, text: withoutBlocks(readDocument(document)) }));
    const pattern = new RegExp(String.raw`(?<![\w./<-])(?:${FOLDERS.join('|')})/[\w./*-]*[\w*]`, 'g');
    const paths = prose.flatMap(({ document, text }) =>
      [...text.matchAll(pattern)].map(({ 0: path, index }) => ({
        place: placeIn(document, text, index),
        text: path,
      })),
    );
    expect(findWrong(paths, /.+/g, isThere)).toEqual([]);
    expect(['src/nothing.ts', 'src/nothing/NAME.ts', 'test/none-*.ts'].map(isThere)).not.toContain(true);
  });

  it('modules by their names', () => {
    const isModule = (path: string) => isThere(`src/${path}`) || isThere(`src/${path}.ts`);
    const pattern = new RegExp(`^(?:${modules.join('|')})/[\\w./-]+$`, 'g');
    expect(findWrong(words, pattern, isModule)).toEqual([]);
  });

  it('entry points of contextd', () => {
    const { exports } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
      readonly exports: Readonly<Record<string, unknown>>;
    };
    const isExported = (path: string) =>
      Object.hasOwn(exports, path.replace(/NAME/, '*').replace('contextd', '.'));
    expect(findWrong(words, /^contextd\/[\w./]+$/g, isExported)).toEqual([]);
  });
});
