// Types what every document says, in order, each document in an empty folder of its own.

import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { allDocuments, codeBlocks, codeWords } from '../helpers/documents.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { needs } from '../helpers/requirements.js';
import { normalize, openReader } from './reader.js';

expectNoLeftovers();

const TYPED = ['sh', 'sh background', 'python', 'python background'];

/** The document that its reader has followed before, up to its first output. */
const CONTINUES: Readonly<Record<string, string>> = { 'docs/messages.md': 'README.md' };

/** What the provider says in the end, where the program of a document does not wait to see. */
const SEEN: Readonly<Record<string, string>> = { 'docs/messages.md': 'stop 6FDAHH3WPRVV7FGZCRIN: success' };

function blocksOf(document: string) {
  const before = codeBlocks(CONTINUES[document] ?? document);
  const first =
    document in CONTINUES
      ? before.slice(
          0,
          before.findIndex(({ kind }) => kind === 'text output'),
        )
      : [];
  // What is written to a file is there before it is run, wherever it stands.
  const own = codeBlocks(document).toSorted(
    (a, b) => Number(b.kind === 'ts FILE') - Number(a.kind === 'ts FILE'),
  );
  return [...first, ...own];
}

const isPython = (document: string) =>
  codeBlocks(document).some(({ language, text }) => language === 'python' || text.includes('python3'));
const typed = allDocuments().filter((each) => codeBlocks(each).some(({ kind }) => TYPED.includes(kind)));

describe('what a document tells its reader to type works, and prints what it says', () => {
  const follow = async (document: string) => {
    // npx itself is tried with the first one.
    await using reader = await openReader({ fast: document !== 'README.md' });
    if (document.startsWith('examples/')) {
      await cp(join(packageRoot, dirname(document)), reader.folder, { recursive: true });
    }
    for (const block of blocksOf(document)) await reader.follow(block);
    expect(codeWords(document).filter(({ text }) => isMissing(text, reader.folder))).toEqual([]);
    await reader.see(SEEN[document] ?? '');
    await reader.leave();
  };
  const timeout = 480_000;
  test.each(typed.filter((each) => !isPython(each)))('%s', { timeout }, follow);
  test.each(typed.filter(isPython))('%s', { timeout, ...needs('python3-zmq') }, follow);
});

/** Files of the reader's own, or of this package; `NAME` stands for any. */
function isMissing(word: string, folder: string): boolean {
  if (!/^(?:conf|services)\/[\w./-]+$/.test(word) || /[A-Z]{3,}/.test(word)) return false;
  return ![folder, packageRoot].some((each) => existsSync(join(each, word)));
}

test('Outputs are compared but for what is another each time.', () => {
  expect(normalize('ts_100  started   pid 4711     85 ms\n')).toEqual(['ts_100 started pid #']);
  expect(normalize('ts_1 3m07s 57.4M -\n80.4 ┤  ╭─\n77.1 ┼──╯\n 21:34:43  21:34:54')).toEqual([
    'ts_1 # -',
    'chart',
    '#',
  ]);
  expect(normalize('ts_100 failed')).not.toEqual(normalize('ts_100 started'));
});
