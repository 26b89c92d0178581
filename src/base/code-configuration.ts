// Finds the files that control how the code of a folder is compiled and resolved: tsconfig.json and package.json.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';

const EXTENDS = /"extends"\s*:\s*(?:"([^"]+)"|\[([^\]]*)\])/g;

/**
 * Lists every tsconfig.json and package.json that can affect code in `folders`, including extended tsconfig files.
 * Also lists files that do not exist, because they take effect as soon as they are created.
 */
export function codeConfigurationFiles(folders: Iterable<string>): readonly string[] {
  const above = new Set([...folders].flatMap(withParentFolders));
  const files = [...above].flatMap((folder) => [join(folder, 'tsconfig.json'), join(folder, 'package.json')]);
  return [
    ...new Set(files.flatMap((file) => (file.endsWith('tsconfig.json') ? withExtendedFiles(file) : [file]))),
  ];
}

/** Returns the nearest tsconfig.json of `folder` and the files it extends as one text; '' if there is no tsconfig.json. */
export function tsconfigText(folder: string): string {
  const nearest = withParentFolders(folder).find(
    (each) => readIfExists(join(each, 'tsconfig.json')) !== undefined,
  );
  if (nearest === undefined) return '';
  return withExtendedFiles(join(nearest, 'tsconfig.json'))
    .map((file) => readIfExists(file) ?? '')
    .join('\n');
}

/** Returns the SHA-256 of a file's content as hex; undefined if the file cannot be read. */
export function hashOfFile(path: string): string | undefined {
  const content = readIfExists(path);
  return content === undefined ? undefined : hashOf(content);
}

export function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function withExtendedFiles(file: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const found = [...(readIfExists(file) ?? '').matchAll(EXTENDS)];
  const names = found.flatMap(([, one, several = '']) =>
    one === undefined ? [...several.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name) : [one],
  );
  return [
    file,
    ...names.flatMap((name) => locateExtended(file, name)).flatMap((each) => withExtendedFiles(each, seen)),
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
      return []; // Try the next spelling; esbuild reports a file that cannot be found at all.
    }
  });
}

function withParentFolders(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...withParentFolders(parent)];
}

function readIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
