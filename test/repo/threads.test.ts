import { expect, test } from 'vitest';
import ts from 'typescript';
import { sourceFiles, type SourceFile } from './source-files.js';

const files = new Map(sourceFiles('src').map((file) => [file.path, file]));

/** The files that a file loads: its imports, except those of types only. */
function loads({ tree, imports }: SourceFile): readonly string[] {
  const names = new Map(imports.map((path) => [path.split('/').at(-1)?.replace(/\.ts$/, ''), path]));
  return tree.statements.flatMap((each) => {
    if (!ts.isImportDeclaration(each) && !ts.isExportDeclaration(each)) return [];
    const isOfTypes = ts.isImportDeclaration(each)
      ? each.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : each.isTypeOnly;
    const name = each.moduleSpecifier;
    if (isOfTypes || name === undefined || !ts.isStringLiteral(name)) return [];
    return names.get(name.text.split('/').at(-1)?.replace(/\.js$/, '')) ?? [];
  });
}

function reach(entry: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    const file = files.get(path);
    if (file !== undefined) loads(file).forEach(visit);
  };
  visit(entry);
  return found;
}

test.each(['src/host/threads/worker.ts', 'src/task/index.ts'])(
  'A thread loads %s without ZeroMQ, whose sockets must not be used in a worker thread.',
  (entry) => {
    const loaded = reach(entry);
    expect([...loaded].filter((path) => path.includes('zmq') || path.includes('zeromq'))).toEqual([]);
    expect(loaded.size).toBeGreaterThan(3);
  },
);

test('A host loads ZeroMQ, so the search above can find it.', () => {
  expect(reach('src/host/process/main.ts').has('zeromq')).toBe(true);
});
