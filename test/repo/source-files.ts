// Lists the source files of this package with their imports.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { packageRoot } from '../../src/base/package.js';

export interface SourceFile {
  /** Relative to the root of the package, such as `src/base/errors.ts`. */
  readonly path: string;
  readonly text: string;
  /** Files of this package as paths like `path`; packages and node's modules by name. */
  readonly imports: readonly string[];
  /** Parsed on first access, like the imports. */
  readonly tree: ts.SourceFile;
}

export function sourceFiles(...folders: readonly string[]): readonly SourceFile[] {
  return (folders.length === 0 ? ['src', 'tools'] : folders).flatMap((folder) =>
    listFiles(join(packageRoot, folder))
      .filter((path) => path.endsWith('.ts'))
      .map(readSource),
  );
}

export function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function readSource(file: string): SourceFile {
  const text = readFileSync(file, 'utf8');
  let tree: ts.SourceFile | undefined;
  let imports: readonly string[] | undefined;
  return {
    path: relative(packageRoot, file),
    text,
    get tree() {
      return (tree ??= ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true));
    },
    get imports() {
      return (imports ??= importsOf(this.tree).map((name) =>
        name.startsWith('.') ? resolveImport(file, name) : name,
      ));
    },
  };
}

/** Includes dynamic imports, re-exports and imports of types. */
function importsOf(tree: ts.SourceFile): readonly string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    const name = specifierOf(node);
    if (name !== undefined && ts.isStringLiteral(name)) names.push(name.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return names;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return node.arguments[0];
  return ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
}

function resolveImport(from: string, name: string): string {
  return relative(packageRoot, join(dirname(from), name)).replace(/\.js$/, '.ts');
}
