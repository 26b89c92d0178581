// Time comes from a Clock and chance from a RandomSource, so that tests control both.

import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { sourceFiles } from './source-files.js';

/** Files that read the time or draw random numbers of the system, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/base/clock.ts': 'the clock of the system',
  'src/base/random.ts': 'the random source of the system',
  'src/base/keys.ts': 'CURVE keys: a random source that a test can replace would weaken them',
};

const READINGS = ['Date.now', 'performance.now', 'process.hrtime', 'Math.random'];
const RANDOM = /^(?:random(?:Bytes|Int|UUID|Fill|FillSync)|getRandomValues|webcrypto)$/;

function violations(tree: ts.SourceFile): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isReading(node) || isPresentDate(node) || isRandomImport(node)) found.push(node.getText(tree));
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function isReading(node: ts.Node): boolean {
  if (!ts.isPropertyAccessExpression(node)) return false;
  const name = node.getText().replace(/^globalThis\./, '');
  return READINGS.includes(name) || name.startsWith('crypto.');
}

/** `new Date()` without arguments. */
function isPresentDate(node: ts.Node): boolean {
  const isDate = ts.isNewExpression(node) && node.expression.getText() === 'Date';
  return isDate && (node.arguments ?? []).length === 0;
}

function isRandomImport(node: ts.Node): boolean {
  return ts.isImportSpecifier(node) && RANDOM.test((node.propertyName ?? node.name).text);
}

const parse = (text: string) => ts.createSourceFile('x.ts', text, ts.ScriptTarget.ESNext, true);

describe('time and chance', () => {
  const files = sourceFiles();

  it('come from the clock and the random source', () => {
    const others = files.filter(({ path }) => ALLOWED[path] === undefined);
    expect(others.flatMap(({ path, tree }) => violations(tree).map((each) => `${path}: ${each}`))).toEqual(
      [],
    );
  });

  it('are read directly only where it is necessary', () => {
    const reading = files.filter(({ tree }) => violations(tree).length > 0).map(({ path }) => path);
    expect(reading.sort()).toEqual(Object.keys(ALLOWED).sort());
  });

  it.each([
    'const at = Date.now();',
    'const now: () => number = Date.now;',
    'const at = new Date().toISOString();',
    'const startMs = performance.now();',
    'const [seconds] = process.hrtime();',
    'const jitter = Math.random();',
    "import { randomBytes } from 'node:crypto';",
    "import { randomUUID as id } from 'node:crypto';",
    'const id = crypto.randomUUID();',
  ])('are not read as in %s', (text) => {
    expect(violations(parse(text))).toHaveLength(1);
  });

  it.each(['const text = new Date(atMs).toISOString();', "import { createHmac } from 'node:crypto';"])(
    'may be used as in %s',
    (text) => {
      expect(violations(parse(text))).toEqual([]);
    },
  );
});
