// The manifest of a compiled service: its inputs, so that it is compiled again only after a change.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeConfigurationFiles, hashOf, hashOfFile } from '../../base/code-configuration.js';
import type { Bundle } from './bundle-code.js';

/** Increase when the output for the same input changes. */
const FORMAT = 3;
/** Files beside a dynamic service that it may load by a computed name. */
const LOADABLE = /\.([mc]?[jt]s|[jt]sx|json|node|wasm)$/;

export interface Manifest {
  readonly format: number;
  /** The module to load: the bundle, or the entry itself for a dynamic service. */
  readonly output: string;
  readonly isDynamic: boolean;
  /** Path and content hash of every source file. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Path and content hash of the configuration files; null for a file that does not exist. */
  readonly configuration: Readonly<Record<string, string | null>>;
  /** Files of packages that the output imports by absolute path. */
  readonly externals: readonly string[];
}

export function composeManifest(bundle: Bundle, output: string): Manifest {
  const { inputs, externals, isDynamic } = bundle;
  const folders = new Set(Object.keys(inputs).map((path) => dirname(path)));
  const files = codeConfigurationFiles(folders);
  const configuration = Object.fromEntries(files.map((path) => [path, hashOfFile(path) ?? null]));
  return { format: FORMAT, output, isDynamic, inputs, configuration, externals };
}

export function readManifest(path: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  } catch {
    return undefined; // Missing or incomplete: the build writes it again.
  }
}

export function isCurrent(manifest: Manifest): boolean {
  const { format, output, inputs, configuration, externals } = manifest;
  if (format !== FORMAT || !existsSync(output) || !externals.every((path) => existsSync(path))) return false;
  return [inputs, configuration].every((files) =>
    Object.entries(files).every(([path, expected]) => (hashOfFile(path) ?? null) === expected),
  );
}

/** Returns a hash that changes exactly when the code changes. */
export function codeHashOf(entry: string, { inputs, isDynamic }: Manifest): string {
  const beside = isDynamic ? listLoadable(dirname(entry)) : [];
  const others = beside.filter((path) => !(path in inputs)).map((path) => [path, hashOfFile(path) ?? '']);
  return hashOf(JSON.stringify([...Object.entries(inputs), ...others])).slice(0, 16);
}

function listLoadable(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && !name.startsWith('.'))
    .flatMap((each) => {
      const path = join(folder, each.name);
      if (each.isDirectory()) return listLoadable(path);
      return each.isFile() && LOADABLE.test(each.name) ? [path] : [];
    })
    .sort();
}
