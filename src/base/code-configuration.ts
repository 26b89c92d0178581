// Finds the files that decide how code of a folder is compiled and resolved: tsconfig.json and package.json.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';

const EXTENDS = /"extends"\s*:\s*(?:"([^"]+)"|\[([^\]]*)\])/g;

/**
 * Every tsconfig.json and package.json that code in `folders` may depend on, with what a tsconfig.json extends. Files
 * that do not exist are listed too, because they would count as soon as they are written.
 */
export function codeConfigurationFiles(folders: Iterable<string>): readonly string[] {
  const above = new Set([...folders].flatMap(foldersAbove));
  const files = [...above].flatMap((folder) => [join(folder, 'tsconfig.json'), join(folder, 'package.json')]);
  return [
    ...new Set(files.flatMap((file) => (file.endsWith('tsconfig.json') ? withExtended(file) : [file]))),
  ];
}

/** The nearest tsconfig.json of `folder` and what it extends, as one text; blank without one. */
export function tsconfigText(folder: string): string {
  const nearest = foldersAbove(folder).find((each) => readIfThere(join(each, 'tsconfig.json')) !== undefined);
  if (nearest === undefined) return '';
  return withExtended(join(nearest, 'tsconfig.json'))
    .map((file) => readIfThere(file) ?? '')
    .join('\n');
}

/** The hash of a file's content; undefined where there is no file. */
export function hashOfFile(path: string): string | undefined {
  const content = readIfThere(path);
  return content === undefined ? undefined : hashOf(content);
}

export function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function withExtended(file: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const found = [...(readIfThere(file) ?? '').matchAll(EXTENDS)];
  const names = found.flatMap(([, one, several = '']) =>
    one === undefined ? [...several.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name) : [one],
  );
  return [
    file,
    ...names.flatMap((name) => locateExtended(file, name)).flatMap((each) => withExtended(each, seen)),
  ];
}

function locateExtended(file: string, name: string): readonly string[] {
  if (name.startsWith('.') || isAbsolute(name)) {
    const path = resolve(dirname(file), name);
    return path.endsWith('.json') ? [path] : [path, `${path}.json`];
  }
  const require = createRequire(file);
  return [name, `${name}.json`, `${name}/tsconfig.json`].flatMap((each) => {
    try {
      return [require.resolve(each)];
    } catch {
      return []; // The next spelling; esbuild reports what cannot be found at all.
    }
  });
}

function foldersAbove(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersAbove(parent)];
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
