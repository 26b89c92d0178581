// Executes the commands of every document, in order, each document in its own empty folder.

import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { allDocuments, codeBlocks, codeWords } from '../helpers/documents.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { needs } from '../helpers/requirements.js';
import { normalize, openDocumentRunner } from './document-runner.js';

expectNoLeftovers();

const EXECUTED = ['sh', 'sh background', 'python', 'python background'];

/** The document that must be executed before, up to its first output. */
const CONTINUES: Readonly<Record<string, string>> = { 'docs/messages.md': 'README.md' };

/** The last output of the provider, if the programs of a document do not wait for it. */
const LAST_OUTPUT: Readonly<Record<string, string>> = {
  'docs/messages.md': 'stop 6FDAHH3WPRVV7FGZCRIN: success',
};

function blocksOf(document: string) {
  const before = codeBlocks(CONTINUES[document] ?? document);
  const first =
    document in CONTINUES
      ? before.slice(
          0,
          before.findIndex(({ kind }) => kind === 'text output'),
        )
      : [];
  // Files are written first, because commands above them may need them.
  const own = codeBlocks(document).toSorted(
    (a, b) => Number(b.kind === 'ts FILE') - Number(a.kind === 'ts FILE'),
  );
  return [...first, ...own];
}

const isPython = (document: string) =>
  codeBlocks(document).some(({ language, text }) => language === 'python' || text.includes('python3'));
const executed = allDocuments().filter((each) =>
  codeBlocks(each).some(({ kind }) => EXECUTED.includes(kind)),
);

describe('the commands of a document work, and print the output that it shows', () => {
  const execute = async (document: string) => {
    // The README also tests npx itself.
    await using runner = await openDocumentRunner({ fast: document !== 'README.md' });
    if (document.startsWith('examples/')) {
      await cp(join(packageRoot, dirname(document)), runner.folder, { recursive: true });
    }
    for (const block of blocksOf(document)) await runner.run(block);
    expect(codeWords(document).filter(({ text }) => isMissing(text, runner.folder))).toEqual([]);
    await runner.waitForOutput(LAST_OUTPUT[document] ?? '');
    await runner.finish();
  };
  const timeout = 480_000;
  test.each(executed.filter((each) => !isPython(each)))('%s', { timeout }, execute);
  test.each(executed.filter(isPython))('%s', { timeout, ...needs('python3-zmq') }, execute);
});

/** Whether a file exists neither in the folder nor in this package; `NAME` matches any name. */
function isMissing(word: string, folder: string): boolean {
  if (!/^(?:conf|services)\/[\w./-]+$/.test(word) || /[A-Z]{3,}/.test(word)) return false;
  return ![folder, packageRoot].some((each) => existsSync(join(each, word)));
}

test('Outputs are compared without values that differ between runs.', () => {
  expect(normalize('ts_100  started   pid 4711     85 ms\n')).toEqual(['ts_100 started pid #']);
  expect(normalize('ts_1 3m07s 57.4M -\n80.4 ┤  ╭─\n77.1 ┼──╯\n 21:34:43  21:34:54')).toEqual([
    'ts_1 # -',
    'chart',
    '#',
  ]);
  expect(normalize('ts_100 failed')).not.toEqual(normalize('ts_100 started'));
});
