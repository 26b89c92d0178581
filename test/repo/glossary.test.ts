// The glossary lists words that are in use, each once and in order.

import { expect, it } from 'vitest';
import { allDocuments, readDocument } from '../helpers/documents.js';
import { sourceFiles } from './source-files.js';

const GLOSSARY = 'docs/glossary.md';

/** `- **run token**: …`, one line per word. */
const words = [...readDocument(GLOSSARY).matchAll(/^- \*\*(.+?)\*\*: \S.*[.]$/gm)].map(
  ([, word = '']) => word,
);

const texts = [
  ...allDocuments()
    .filter((document) => document !== GLOSSARY)
    .map(readDocument),
  ...sourceFiles('src').flatMap(({ path, text }) => [path, text]),
].map((text) => text.toLowerCase());

/** As words, as a file name or as an identifier: `run token`, `run-token`, `RunToken`. */
function isUsed(word: string): boolean {
  const parts = word.toLowerCase().split(/[ -]/);
  const forms = [' ', '-', ''].map((separator) => parts.join(separator));
  return texts.some((text) => forms.some((form) => text.includes(form)));
}

it('has one line per word, in alphabetical order', () => {
  const lines = readDocument(GLOSSARY)
    .split('\n')
    .filter((line) => line.startsWith('-'));
  expect(words).toHaveLength(lines.length);
  expect(words.length).toBeGreaterThan(50);
  const folded = words.map((word) => word.toLowerCase());
  expect(folded).toEqual([...new Set(folded)].toSorted());
});

it('lists only words that documents or code use', () => {
  expect(words.filter((word) => !isUsed(word))).toEqual([]);
  expect(isUsed('quantum scheduler')).toBe(false);
});
