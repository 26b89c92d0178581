// Paths of this installation: its root folder, its built programs and its own modules.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The folder of this package's package.json, both when running from src and from dist. */
export const packageRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

/** Returns the path of a compiled file of src, such as `host/process/main.js`. */
export function builtFile(path: string): string {
  return join(packageRoot, 'dist', 'src', path);
}

/** Services import these modules from this installation, wherever their code is. */
const OWN_MODULES: Readonly<Record<string, string>> = {
  'contextd/task': 'task/index.js',
  'contextd/schema': 'task/schema.js',
  'contextd/monitor': 'monitor/index.js',
  contextd: 'index.js',
};

/** Returns the URL of a module of this package; undefined for any other specifier. */
export function ownModule(specifier: string): string | undefined {
  const file = Object.hasOwn(OWN_MODULES, specifier) ? OWN_MODULES[specifier] : undefined;
  return file === undefined ? undefined : pathToFileURL(builtFile(file)).href;
}

/** Reads the package.json of this installation. */
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
