// No module keeps state: what changes is in objects that are created and passed. So two providers in one process are
// independent, and a test starts with nothing left from another one.

import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { sourceFiles } from './source-files.js';

/** Modules with state, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/launcher/build/bundle-code.ts':
    'all providers of a Node.js process share the one process of esbuild, so they must share the count of its uses',
};

/** Programs: their last statements create what runs. */
const ENTRY_POINT = /\/(?:main|worker|typescript-hooks)\.ts$/;

const IMMUTABLE_CLASSES = ['RegExp', 'URL', 'TextDecoder', 'Intl.Collator'];
const CHANGING_METHODS = [
  ...[
    'set',
    'add',
    'delete',
    'clear',
    'push',
    'pop',
    'shift',
    'unshift',
    'splice',
    'sort',
    'reverse',
    'fill',
  ],
  ...['copyWithin', 'write'],
];

/** The parts of a module that hold state, or change a constant of it. */
function violations(tree: ts.SourceFile, isEntryPoint = false): readonly string[] {
  const found: string[] = [];
  const constants = new Set<string>();
  for (const { declaration, isConstant } of tree.statements.flatMap(declarationsOf)) {
    if (!isConstant || createsState(declaration, isEntryPoint)) found.push(declaration.getText(tree));
    if (ts.isIdentifier(declaration.name)) constants.add(declaration.name.text);
  }
  const visit = (node: ts.Node): void => {
    if (isStaticState(node) || changesConstant(node, constants)) found.push(node.getText(tree));
    else ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function declarationsOf(statement: ts.Statement) {
  if (!ts.isVariableStatement(statement)) return [];
  if (statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) === true) return [];
  const isConstant = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
  return statement.declarationList.declarations.map((declaration) => ({ declaration, isConstant }));
}

/** `new Map()` is a constant only if its type says so; buffers are state; a function that is called at once may hide a variable. */
function createsState({ type, initializer }: ts.VariableDeclaration, isEntryPoint: boolean): boolean {
  const value = initializer && unwrap(initializer);
  if (value === undefined || /^(?:Readonly|readonly )/.test(type?.getText() ?? '')) return false;
  if (ts.isCallExpression(value)) {
    const callee = unwrap(value.expression);
    return ts.isFunctionLike(callee) || callee.getText().startsWith('Buffer.alloc');
  }
  if (!ts.isNewExpression(value)) return false;
  const name = value.expression.getText();
  const isEmpty = name === 'Uint8Array' && (value.arguments ?? []).length === 0;
  if (isEmpty || IMMUTABLE_CLASSES.includes(name)) return false;
  return !isEntryPoint || /^(?:Weak)?(?:Map|Set)$/.test(name);
}

/** Without parentheses, `as`, `satisfies` and `!`. */
function unwrap(node: ts.Expression): ts.Expression {
  const isWrapper =
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node);
  return isWrapper ? unwrap(node.expression) : node;
}

function isStaticState(node: ts.Node): boolean {
  if (!ts.isPropertyDeclaration(node)) return false;
  const kinds = (node.modifiers ?? []).map(({ kind }) => kind);
  return kinds.includes(ts.SyntaxKind.StaticKeyword) && !kinds.includes(ts.SyntaxKind.ReadonlyKeyword);
}

function changesConstant(node: ts.Node, constants: ReadonlySet<string>): boolean {
  const target = changedPart(node);
  return target !== undefined && constants.has(rootOf(target)) && !isShadowed(target, rootOf(target));
}

/** The expression that is assigned to, incremented, deleted, or changed by a method. */
function changedPart(node: ts.Node): ts.Expression | undefined {
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    const isAssignment = kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
    return isAssignment && !ts.isIdentifier(node.left) ? node.left : undefined;
  }
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const isStep = [ts.SyntaxKind.PlusPlusToken, ts.SyntaxKind.MinusMinusToken].includes(node.operator);
    return isStep ? node.operand : undefined;
  }
  if (ts.isDeleteExpression(node)) return node.expression;
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const { name, expression } = node.expression;
  return CHANGING_METHODS.includes(name.text) ? expression : undefined;
}

/** `a` of `a.b[0].c`; blank for anything else, such as the result of a call. */
function rootOf(node: ts.Expression): string {
  const inner = unwrap(node);
  if (ts.isIdentifier(inner)) return inner.text;
  const isPart = ts.isPropertyAccessExpression(inner) || ts.isElementAccessExpression(inner);
  return isPart ? rootOf(inner.expression) : '';
}

/** Whether a function around the node has a parameter or variable of that name. */
function isShadowed(node: ts.Node, name: string): boolean {
  for (let at: ts.Node = node; !ts.isSourceFile(at); at = at.parent) {
    if (ts.isFunctionLike(at) && at.parameters.some((each) => namesIn(each.name).includes(name))) return true;
    if (ts.isBlock(at)) {
      const declared = at.statements
        .flatMap(declarationsOf)
        .flatMap(({ declaration }) => namesIn(declaration.name));
      if (declared.includes(name)) return true;
    }
  }
  return false;
}

function namesIn(name: ts.BindingName): readonly string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((each) => (ts.isBindingElement(each) ? namesIn(each.name) : []));
}

const parse = (text: string) => ts.createSourceFile('x.ts', text, ts.ScriptTarget.ESNext, true);

describe('every module', () => {
  const files = sourceFiles();

  it('holds no state', () => {
    const found = files.flatMap(({ path, tree }) =>
      violations(tree, ENTRY_POINT.test(path)).map((each) => `${path}: ${each}`),
    );
    const isAllowed = (each: string) => ALLOWED[each.split(':')[0] ?? ''] !== undefined;
    expect(found.filter((each) => !isAllowed(each))).toEqual([]);
    expect(found.filter(isAllowed)).toHaveLength(Object.keys(ALLOWED).length);
  });

  it.each([
    'let count = 0;',
    'export var last: string | undefined;',
    'const known = new Map<string, number>();',
    'const seen = new WeakSet();',
    'const buffer = Buffer.allocUnsafeSlow(4096);',
    'const cache = new LogCache();',
    'const next = (() => { let last = 0; return () => (last += 1); })();',
    'const state = { count: 0 }; export function next() { state.count += 1; }',
    'const names: string[] = []; function note(name: string) { names.push(name); }',
    'const table = {}; function forget(key: string) { delete table[key]; }',
    'class Counter { static #last = 0; }',
  ])('does not do %s', (text) => {
    expect(violations(parse(text))).toHaveLength(1);
  });

  it.each([
    'const KEYS: ReadonlySet<string> = new Set(["a"]);',
    'const PATTERN = new RegExp("a"); const PREFIX = Buffer.from("30", "hex");',
    'const LIMITS = { most: 5 } as const; const schema = object({ id: text() });',
    'function count() { const seen = new Set(); seen.add(1); let all = 0; all += 1; return all; }',
    'const names = ["a"]; function list(names: string[]) { names.push("b"); }',
    'class Clock { static readonly unit = "ms"; #now = 0; tick() { this.#now += 1; } }',
  ])('may do %s', (text) => {
    expect(violations(parse(text))).toEqual([]);
  });

  it('creates its objects if it is a program', () => {
    expect(violations(parse('const host = new Host();'), true)).toEqual([]);
    expect(violations(parse('const hosts = new Map();'), true)).toHaveLength(1);
  });
});
