import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { allDocuments, readDocument } from '../helpers/documents.js';
import { sourceFiles } from './source-files.js';

const folder = join(packageRoot, 'docs', 'decisions');
const records = readdirSync(folder).toSorted();

it('decision records are numbered from 1 without a gap, each number once', () => {
  const numbers = records.map((name) => /^(\d{4})-[a-z0-9-]+\.md$/.exec(name)?.[1]);
  expect(numbers).toEqual(records.map((_, index) => String(index + 1).padStart(4, '0')));
});

it('each decision record starts with its number and title', () => {
  const wrong = records.filter((name) => {
    const [title = ''] = readFileSync(join(folder, name), 'utf8').split('\n');
    return !new RegExp(`^# ${Number(name.slice(0, 4))}\\. [A-Z]`).test(title);
  });
  expect(wrong).toEqual([]);
});

it('decisions that are referred to by number exist, and each link has the number of its target', () => {
  const texts = [...allDocuments().map(readDocument), ...sourceFiles().map(({ text }) => text)];
  const named = texts.flatMap((text) => [...text.matchAll(/\bdecision (\d+)\b(?:\]\([^)]*\/(\d{4})-)?/g)]);
  const wrong = named.filter(
    ([, number, target = number]) => Number(number) !== Number(target) || Number(number) > records.length,
  );
  expect(named.length).toBeGreaterThan(0);
  expect(wrong.map(([text]) => text)).toEqual([]);
});
