// Where this installation lies: its root, its built programs, its own services and templates.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds this package's package.json, whether run from src or from dist. */
export const packageRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

/** A compiled file of src, such as `task/host/main.js`. */
export function builtFile(path: string): string {
  return join(packageRoot, 'dist', 'src', path);
}

/** What package.json says of this installation. */
export function ownManifest(): {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
} {
  const text = readFileSync(join(packageRoot, 'package.json'), 'utf8');
  return JSON.parse(text) as ReturnType<typeof ownManifest>;
}

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  return findRoot(dirname(folder));
}
