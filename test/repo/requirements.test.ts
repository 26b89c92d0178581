// A test that needs a tool or right of the machine declares it with test/helpers/requirements.ts, and in no other way.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { NEED_TAGS, needs, PACKAGES, PROGRAMS, summarize, tool } from '../helpers/requirements.js';
import { sourceFiles, type SourceFile } from './source-files.js';

const HELPER = /^test\/(helpers\/requirements[\w-]*|repo\/requirements\.test)\.ts$/;
const files = sourceFiles('test', 'examples', 'templates').filter(({ path }) => !HELPER.test(path));
const names = new Set<string>([...Object.keys(PROGRAMS), ...Object.values(PROGRAMS)]);
const STARTERS = /^(?:execa|spawn|spawnSync|execFile|execFileSync|startAny)$/;

/** The places in a test file that should use the helper. */
function violations({ path, text, tree }: SourceFile): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const violation = violationOf(node);
    if (violation !== undefined) found.push(`${path}: ${violation}`);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  const line = /.*(?:command -v|\bwhich [\w-]+[`'"]|if \(process\.getu?id).*/.exec(text)?.[0];
  return line === undefined ? found : [...found, `${path}: ${line.trim()}`];
}

function violationOf(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && /^(skipIf|runIf|skip)$/.test(node.name.text))
    return node.getText();
  if (ts.isPropertyAssignment(node) && node.name.getText() === 'skip') return node.getText();
  if (!ts.isCallExpression(node)) return undefined;
  if (node.expression.getText() === 'skip') return node.getText();
  const [first] = node.arguments;
  const isStart =
    STARTERS.test(node.expression.getText()) && first !== undefined && ts.isStringLiteral(first);
  return isStart && names.has(first.text) ? `${node.expression.getText()}('${first.text}')` : undefined;
}

describe('a requirement of a test', () => {
  it('is declared with the helper only', () => {
    expect(files.flatMap(violations)).toEqual([]);
  });

  it.each([
    "test.skipIf(!hasIt)('…', () => {});",
    "test.runIf(isRoot)('…', () => {});",
    "test('…', { skip: !hasIt }, () => {});",
    "test('…', ({ skip }) => { skip(!hasIt); });",
    "spawnSync('tmux', ['-V']);",
    "startAny('/usr/bin/python3', 'x.py');",
    "sh('command -v tmux');",
    'if (process.getuid?.() !== 0) return;',
  ])('is not declared by %s', (text) => {
    const tree = ts.createSourceFile('x.ts', text, ts.ScriptTarget.ESNext, true);
    expect(violations({ path: 'x.ts', text, tree, imports: [] })).toHaveLength(1);
  });

  it('must be declared before the tool is used, also on a machine that has the tool', () => {
    expect(() => tool('tmux')).toThrow(/starts tmux without needs/);
  });

  it('is a tag by which tests are selected', () => {
    expect(needs('python3-zmq', 'root').tags).toEqual(['python3-zmq', 'root', 'package']);
    expect(needs('a memory control group').tags).toEqual(['a-memory-control-group']);
    const known = NEED_TAGS.map(({ name }) => name);
    expect(needs('tmux', 'root').tags.filter((tag) => !known.includes(tag))).toEqual([]);
  });

  it('that is missing is reported in one line at the end, with the packages to install', () => {
    const skipped = [['ss', 'package'], ['python3-zmq', 'python3-nacl', 'package'], ['root'], []];
    expect(summarize(skipped, () => false)).toBe(
      '3 tests were skipped: this machine does not offer python3-nacl, python3-zmq, root, ss; ' +
        'apt-get install python3-nacl python3-zmq iproute2 lets more of them run',
    );
    expect(summarize([['root']], () => false)).toBe('1 test was skipped: this machine does not offer root');
    expect(summarize(skipped, () => true)).toBeUndefined();
  });

  it('is installed by .ci/run', () => {
    const script = readFileSync(join(packageRoot, '.ci', 'run'), 'utf8');
    const installed = /^PACKAGES="(.*)"$/m.exec(script)?.[1]?.split(' ').sort();
    expect(installed).toEqual(PACKAGES);
  });
});
