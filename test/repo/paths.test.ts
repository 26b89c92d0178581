// The paths through the code that docs/architecture.md lists exist, and are short.

import ts from 'typescript';
import { expect, it } from 'vitest';
import { readDocument } from '../helpers/documents.js';
import { sourceFiles, type SourceFile } from './source-files.js';

const MOST_FILES = 6;
const PATHS = ['command', 'event', 'sample', 'context file'];

interface Step {
  readonly path: string;
  readonly file: string;
  readonly name: string;
}

/** `| command | `src/provider/dispatcher.ts` | `receive` | ... |` */
const ROW = /^\| ([a-z ]+) \| `(src\/[^`]+)` \| `(\w+)` \|/gm;

const steps = [...readDocument('docs/architecture.md').matchAll(ROW)].map(
  ([, path = '', file = '', name = '']): Step => ({ path, file, name }),
);
const files = new Map(sourceFiles('src').map((file) => [file.path, file]));

/** The names of the functions, methods and constants that a file declares, and all names that it uses. */
function namesIn({ tree }: SourceFile): { readonly declared: Set<string>; readonly used: Set<string> } {
  const names = { declared: new Set<string>(), used: new Set<string>() };
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node)) {
      if (node.name !== undefined && ts.isIdentifier(node.name)) names.declared.add(node.name.text);
    }
    if (ts.isIdentifier(node)) names.used.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return names;
}

function findFaults(path: readonly Step[]): readonly string[] {
  return path.flatMap(({ file, name }, index) => {
    const source = files.get(file);
    if (source === undefined) return [`${file} does not exist`];
    const faults = namesIn(source).declared.has(name) ? [] : [`${file} has no ${name}`];
    const above = path.slice(0, index).flatMap((step) => files.get(step.file) ?? []);
    const isReached = index === 0 || above.some((each) => namesIn(each).used.has(name));
    return isReached ? faults : [...faults, `no file above uses ${name}`];
  });
}

it.each(PATHS)(
  'the path of a %s has at most six files, and each function is used by one above it',
  (name) => {
    const path = steps.filter((step) => step.path === name);
    expect(path.length).toBeGreaterThan(3);
    expect(new Set(path.map(({ file }) => file)).size).toBeLessThanOrEqual(MOST_FILES);
    expect(findFaults(path)).toEqual([]);
  },
);

it('a path that cannot be followed is reported', () => {
  const path = (file: string, name: string) => ({ path: 'x', file, name });
  expect(
    findFaults([
      path('src/provider/dispatcher.ts', 'receive'),
      path('src/provider/dispatcher.ts', 'launchEverything'),
      path('src/provider/absent.ts', 'receive'),
    ]),
  ).toEqual([
    'src/provider/dispatcher.ts has no launchEverything',
    'no file above uses launchEverything',
    'src/provider/absent.ts does not exist',
  ]);
});
