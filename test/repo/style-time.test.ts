// Tests wait for events and compare no duration with a constant, so that a busy machine does not make them fail.

import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { sourceFiles } from './source-files.js';

/** Files that may measure or spend time, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  'test/helpers/eventually.ts': 'polls for what no event reports, up to a deadline',
  'test/helpers/recorder.ts': 'waits for an event, up to a deadline',
  'test/chaos/soak.test.ts': 'runs for a given time',
  'test/integration/monitor/metrics.test.ts': 'keeps its event loop busy, which is measured',
  'test/repo/style-time.test.ts': 'contains examples of violations',
};

/** The rules do not apply to programs under test. */
const files = sourceFiles('test', 'examples', 'templates').filter(({ path }) => !path.includes('/fixtures/'));

const NOW = /\b(?:Date|performance)\.now\(|\bhrtime\b/;
/** Names of durations and of processor time. */
const DURATION = /(?:Ms|_ms|[eE]lapsed|[tT]ook|[cC]pu(?:Percent)?)\b/;
/** An expression of numbers and constants. */
const CONSTANT = /^(?:[\d_.]+|[A-Z][A-Z\d_]*|[-+*/() ])+$/;

/** The parts of a file that sleep, or that depend on an absolute duration. */
function violations(tree: ts.SourceFile): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isSleep(node) || isSleepOfChild(node) || isLoopUntil(node) || isAbsolute(node))
      found.push(node.getText());
    else ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function isSleep(node: ts.Node): boolean {
  if (ts.isStringLiteral(node)) return /^(?:node:)?timers\/promises$/.test(node.text);
  return (
    ts.isCallExpression(node) && /\b(?:setTimeout|setInterval|Atomics\.wait)$/.test(node.expression.getText())
  );
}

/** In the text of a script. */
function isSleepOfChild(node: ts.Node): boolean {
  const isText = ts.isStringLiteral(node) || ts.isTemplateLiteral(node);
  return isText && /\b(?:setTimeout|setInterval)\(\s*\w+\s*,|\btime\.sleep\(/.test(node.getText());
}

function isLoopUntil(node: ts.Node): boolean {
  if (ts.isWhileStatement(node) || ts.isDoStatement(node)) return NOW.test(node.expression.getText());
  return ts.isForStatement(node) && NOW.test(node.condition?.getText() ?? '');
}

/** `now() - before < 100`, `expect(tookMs).toBeLessThan(100)`; a quotient is a ratio. */
function isAbsolute(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node) && /^[<>]=?$/.test(node.operatorToken.getText()))
    return [node.left, node.right].some(isSince);
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const { name, expression: expectation } = node.expression;
  if (!/^toBeLessThan(?:OrEqual)?$/.test(name.text) || !ts.isCallExpression(expectation)) return false;
  const [subject] = expectation.arguments;
  const [bound] = node.arguments;
  if (subject === undefined || bound === undefined || isRatio(subject)) return false;
  return hasSince(subject) || (DURATION.test(subject.getText()) && CONSTANT.test(bound.getText()));
}

function isSince(node: ts.Node): boolean {
  return isOperation(node, ts.SyntaxKind.MinusToken) && NOW.test(node.getText());
}

function hasSince(node: ts.Node): boolean {
  return isSince(node) || ts.forEachChild(node, hasSince) === true;
}

function isRatio(node: ts.Node): boolean {
  return isOperation(node, ts.SyntaxKind.SlashToken) && !CONSTANT.test(node.right.getText());
}

function isOperation(node: ts.Node, operator: ts.SyntaxKind): node is ts.BinaryExpression {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === operator;
}

const parse = (text: string) => ts.createSourceFile('x.ts', text, ts.ScriptTarget.ESNext, true);

describe('every test', () => {
  it('waits for events, and compares durations only with one another', () => {
    const others = files.filter(({ path }) => ALLOWED[path] === undefined);
    expect(others.flatMap(({ path, tree }) => violations(tree).map((each) => `${path}: ${each}`))).toEqual(
      [],
    );
  });

  it('is in the list of exceptions only if it needs to be', () => {
    const violating = files.filter(({ tree }) => violations(tree).length > 0).map(({ path }) => path);
    expect(violating.sort()).toEqual(Object.keys(ALLOWED).sort());
  });

  it.each([
    'await new Promise((resolve) => setTimeout(resolve, 200));',
    "import { setTimeout as pause } from 'node:timers/promises';",
    'Atomics.wait(array, 0, 0, 100);',
    'const script = `while (!is()) await new Promise((go) => setTimeout(go, 1));`;',
    "const script = 'import time; time.sleep(1)';",
    'while (performance.now() < endMs);',
    'for (const endMs = Date.now() + 20; Date.now() < endMs;);',
    "await eventually(() => Date.now() - pressedMs > 500, 'a moment has passed');",
    'expect(performance.now() - before).toBeLessThan(5000);',
    'expect(Math.abs(at - Date.now() / 1000)).toBeLessThan(60);',
    'expect((Date.now() - before) / 1000).toBeLessThan(5);',
    'expect(status.elapsed_ms!).toBeLessThan(LIMIT_S * 1000);',
    'expect(entry.memory!.cpu).toBeLessThan(30);',
    'expect(line.elapsed).toBeLessThan(10);',
  ])('does not do %s', (text) => {
    expect(violations(parse(text))).toHaveLength(1);
  });

  it.each([
    'expect(stoppedMs).toBeLessThan(startedMs);',
    'expect(status.elapsed_ms).toBeGreaterThanOrEqual(400);',
    'expect(before <= at && at <= Date.now()).toBe(true);',
    'expect(tookMs / referenceMs).toBeLessThan(4);',
    'expect(bytes).toBeLessThan(15 * MEGABYTE);',
    "const hook = 'setTimeout(() => { throw new Error() })';",
    "spawn('sleep', ['600']);",
  ])('may do %s', (text) => {
    expect(violations(parse(text))).toEqual([]);
  });
});
