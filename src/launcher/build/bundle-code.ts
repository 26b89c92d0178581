// Bundles the code of one service with esbuild and reports compile errors.

import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BuildFailure, BuildOptions, BuildResult, Message, Plugin } from 'esbuild';
import { hashOf, tsconfigText } from '../../base/code-configuration.js';
import { ContextdError, hasErrnoCode, messageOf } from '../../base/errors.js';
import { ownModule } from '../../base/package.js';
import { analyzeSource, LOCATION_NAMES } from './analyze-source.js';

export interface Bundle {
  readonly code: string;
  /** The code loads or starts files by names computed at run time, so it must run from its source folder. */
  readonly isDynamic: boolean;
  /** Path and content hash of every source file. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Files of packages that the code imports by absolute path. */
  readonly externals: readonly string[];
}

/** The descriptors that starting the process of esbuild needs: three pipes and some more. */
const PIPE_DESCRIPTORS = 10;

/** Collected while esbuild reads the files. */
interface Findings {
  readonly inputs: Map<string, string>;
  readonly externals: Set<string>;
  readonly shifts: Map<string, number>;
  isDynamic: boolean;
}

const SOURCE = /\.([mc]?[jt]s|[jt]sx|json)$/;
const IN_PACKAGE = /[\\/]node_modules[\\/]/;
/** Defines `require` for CommonJS modules in the bundle. */
const REQUIRE =
  "import { createRequire as $contextdCreateRequire } from 'node:module'; const require = $contextdCreateRequire(import.meta.url);";

/**
 * The number of running builds of all providers in this process, which share the process of esbuild. After the last one it is
 * stopped, because it would use memory and wake the provider every second. Builds that run meanwhile would never end.
 */
let building = 0;

/** Throws SVC_BUILD_FAILED with file, line and column. */
export async function bundleCode(entry: string, outputFolder: string): Promise<Bundle> {
  const esbuild = await import('esbuild');
  if (building === 0) checkDescriptors(entry);
  building += 1;
  try {
    return await bundleWith(esbuild, entry, outputFolder);
  } finally {
    building -= 1;
    if (building === 0) await esbuild.stop();
  }
}

async function bundleWith(
  { build }: typeof import('esbuild'),
  entry: string,
  outputFolder: string,
): Promise<Bundle> {
  const findings: Findings = { inputs: new Map(), externals: new Set(), shifts: new Map(), isDynamic: false };
  const result: BuildResult = await build(optionsFor(entry, outputFolder, findings)).catch(
    (error: unknown) => {
      throw buildError(entry, error, findings);
    },
  );
  const code = result.outputFiles?.[0]?.text ?? '';
  return {
    code: /\b__require\b/.test(code) ? code : code.slice(REQUIRE.length),
    isDynamic: findings.isDynamic,
    inputs: Object.fromEntries([...findings.inputs].sort()),
    externals: [...findings.externals],
  };
}

function optionsFor(entry: string, outdir: string, findings: Findings): BuildOptions {
  return {
    entryPoints: [entry],
    absWorkingDir: dirname(entry),
    outdir,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Resolve as Node does, without the condition "module", which is for bundlers.
    conditions: [],
    define: LOCATION_NAMES,
    banner: { js: REQUIRE },
    sourcemap: 'inline',
    logLevel: 'silent',
    plugins: [externalPackages(findings), ownSources(findings)],
  };
}

/** Imports files of node_modules by absolute path, because the output is in another folder. TypeScript is bundled. */
function externalPackages({ externals }: Findings): Plugin {
  return {
    name: 'external-packages',
    setup(build) {
      build.onResolve({ filter: /^[^./]|\.node$/ }, async (request) => {
        if (request.kind === 'entry-point' || request.pluginData === 'resolving') return undefined;
        const own = ownModule(request.path);
        if (own !== undefined) return { path: own, external: true };
        const { kind, resolveDir, importer, path } = request;
        const found = await build.resolve(path, { kind, resolveDir, importer, pluginData: 'resolving' });
        if (found.errors.length > 0 || found.external || isBundled(found.path)) return found;
        externals.add(found.path);
        const isRequired = kind === 'require-call' || kind === 'require-resolve';
        return { path: isRequired ? found.path : pathToFileURL(found.path).href, external: true };
      });
    },
  };
}

function isBundled(path: string): boolean {
  if (!SOURCE.test(path)) return false;
  return !IN_PACKAGE.test(path) || /\.([mc]?ts|tsx|json)$/.test(path);
}

/** Records the hash of each file, and adds constants with its location. */
function ownSources(findings: Findings): Plugin {
  return {
    name: 'own-sources',
    setup(build) {
      build.onLoad({ filter: SOURCE, namespace: 'file' }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        findings.inputs.set(path, hashOf(text));
        if (path.endsWith('.json')) return { contents: text, loader: 'json' };
        const {
          contents,
          shift,
          isDynamic,
          errors: found,
        } = analyzeSource(path, text, tsconfigText(dirname(path)));
        findings.shifts.set(path, shift);
        findings.isDynamic ||= isDynamic;
        const errors = found.map(({ text: message, line, column }) => ({
          text: message,
          location: { file: path, line, column, lineText: text.split('\n')[line - 1] ?? '' },
        }));
        return { contents, loader: loaderOf(path), resolveDir: dirname(path), errors };
      });
    },
  };
}

function loaderOf(path: string): 'ts' | 'tsx' | 'js' | 'jsx' {
  const end = extname(path);
  if (end === '.tsx') return 'tsx';
  if (end === '.jsx') return 'jsx';
  return end.endsWith('ts') ? 'ts' : 'js';
}

/** Without free descriptors the process of esbuild would fail with an error that cannot be caught. */
function checkDescriptors(entry: string): void {
  const taken: number[] = [];
  try {
    while (taken.length < PIPE_DESCRIPTORS) taken.push(openSync('/dev/null', 'r'));
  } catch (error) {
    throw compilerError(entry, error);
  } finally {
    for (const each of taken) closeSync(each);
  }
}

function compilerError(entry: string, cause: unknown): ContextdError {
  return new ContextdError('SVC_LAUNCH_FAILED', `cannot run the compiler for ${entry}: ${messageOf(cause)}`, {
    cause,
    hint: 'check that the package esbuild is complete, and that the machine has free processes, memory and descriptors',
  });
}

function buildError(entry: string, cause: unknown, findings: Findings): ContextdError {
  if (!isBuildFailure(cause)) return compilerError(entry, cause);
  const messages = cause.errors;
  const places = messages.map((each) => placeOf(each, entry, findings));
  const lines = messages.map(({ text }, at) => {
    const place = places[at];
    return place === undefined ? text : `${place.file}:${place.line}:${place.column}: ${text}`;
  });
  const text = lines.length === 0 ? String(cause) : lines.join('\n');
  const [first] = places;
  const details = first === undefined ? {} : { file: first.file, line: first.line };
  return new ContextdError('SVC_BUILD_FAILED', text, { cause, details });
}

function placeOf({ location }: Message, entry: string, { shifts }: Findings) {
  if (location === null) return undefined;
  const file = absolute(location.file, entry);
  const shift = location.line === 1 ? (shifts.get(file) ?? 0) : 0;
  return { file, line: location.line, column: Math.max(1, location.column + 1 - shift) };
}

function absolute(file: string, entry: string): string {
  if (file.startsWith('file:')) return fileURLToPath(file);
  return isAbsolute(file) ? file : join(dirname(entry), file);
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return (
    error instanceof Error &&
    'errors' in error &&
    Array.isArray(error.errors) &&
    !hasErrnoCode(error, 'ENOENT')
  );
}
