import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { listFiles, sourceFiles, type SourceFile } from './source-files.js';

const MOST_LINES = 250;
const files = sourceFiles('src', 'tools', 'services');
const paths = (found: readonly SourceFile[]) => found.map(({ path }) => path);

/** Whether `isOne` is true for a node of the tree, at any depth. */
function hasNode({ tree }: SourceFile, isOne: (node: ts.Node) => boolean): boolean {
  const visit = (node: ts.Node): boolean => isOne(node) || ts.forEachChild(node, visit) === true;
  return visit(tree);
}

/** Time is a dependency: only these files may use timers. */
const TIMERS = ['src/base/clock.ts'];
const isTimer = (node: ts.Node) =>
  ts.isCallExpression(node) && /\b(setTimeout|setInterval)$/.test(node.expression.getText());

describe('every source file', () => {
  it('has at most 250 lines', () => {
    const long = files.filter(({ text }) => text.trimEnd().split('\n').length > MOST_LINES);
    expect(paths(long)).toEqual([]);
  });

  it('states its responsibility in its first line', () => {
    const without = sourceFiles().filter(({ text }) => !/^(#!.*\n)?\/\/ \S.{10,}/.test(text));
    expect(paths(without)).toEqual([]);
  });

  it('has no any, no suppressed rule and no TODO', () => {
    expect(
      paths(files.filter((file) => hasNode(file, (node) => node.kind === ts.SyntaxKind.AnyKeyword))),
    ).toEqual([]);
    const marks = /eslint-disable|@ts-(ignore|expect-error|nocheck)|\b(TODO|FIXME|XXX|HACK)\b/;
    expect(paths(files.filter(({ text }) => marks.test(text)))).toEqual([]);
  });

  it('waits by its clock only, and never sleeps', () => {
    const timed = files.filter((file) => hasNode(file, isTimer));
    expect(paths(timed)).toEqual(TIMERS);
    expect(paths(files.filter(({ text }) => /timers\/promises|Atomics\.wait/.test(text)))).toEqual([]);
  });

  it('names no folder of a particular machine', () => {
    expect(paths(files.filter(({ text }) => /['"`]\/(home|Users|work)\//.test(text)))).toEqual([]);
  });
});

describe('every test file', () => {
  const tests = listFiles(join(packageRoot, 'test')).filter((path) => path.endsWith('.ts'));

  it(`has at most ${MOST_LINES + 50} lines`, () => {
    const long = tests.filter(
      (path) => readFileSync(path, 'utf8').trimEnd().split('\n').length > MOST_LINES + 50,
    );
    expect(long).toEqual([]);
  });

  it('is run: no test is skipped, focused or retried', () => {
    const marks = new RegExp(String.raw`\b(it|test|describe)\.(skip|only|todo|fails)\b|\bretry:`);
    expect(tests.filter((path) => marks.test(readFileSync(path, 'utf8')))).toEqual([]);
  });
});
