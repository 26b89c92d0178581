// Where this installation lies: its root, its built programs, its own services and templates.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The folder that holds this package's package.json, whether run from src or from dist. */
export const packageRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

/** A compiled file of src, such as `host/process/main.js`. */
export function builtFile(path: string): string {
  return join(packageRoot, 'dist', 'src', path);
}

/** What services import from this package is taken from this installation, wherever their code lies. */
const OWN_MODULES: Readonly<Record<string, string>> = {
  'contextd/task': 'task/index.js',
  'contextd/schema': 'task/schema.js',
  'contextd/monitor': 'monitor/index.js',
  contextd: 'index.js',
};

/** The URL of one of this package's own modules; undefined for any other specifier. */
export function ownModule(specifier: string): string | undefined {
  const file = Object.hasOwn(OWN_MODULES, specifier) ? OWN_MODULES[specifier] : undefined;
  return file === undefined ? undefined : pathToFileURL(builtFile(file)).href;
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
