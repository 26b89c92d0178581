// Compiles a user's service (TypeScript) into one file, once for each content.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BuildFailure, BuildResult, Message, Plugin } from 'esbuild';
import writeFileAtomic from 'write-file-atomic';
import { ContextdError, hasErrnoCode } from '../base/errors.js';
import { builtFile } from '../base/package.js';

/** Raised when what a build makes of the same input changes. */
const FORMAT = 1;

/** This package's own doors are taken from this installation, wherever the service lies. */
const OWN_MODULES: Readonly<Record<string, string>> = {
  'contextd/task': 'task/index.js',
  'contextd/schema': 'task/schema.js',
  'contextd/monitor': 'monitor/index.js',
  contextd: 'index.js',
};

interface Manifest {
  readonly format: number;
  readonly output: string;
  /** Path and content hash of every source file. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Files of other packages that the output refers to by absolute path. */
  readonly externals: readonly string[];
}

/**
 * So many builds are going on in this process. After the last one esbuild's own process is ended: it would
 * hold memory, and wake us every second, for as long as the provider lives.
 */
let building = 0;

/** Builds each entry once at a time. */
export class ServiceBuilder {
  readonly #folder: string;
  readonly #running = new Map<string, Promise<string>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Returns the compiled module's path. Throws SVC_BUILD_FAILED naming file, line and column. */
  build(entry: string): Promise<string> {
    const running =
      this.#running.get(entry) ?? this.#buildOnce(entry).finally(() => this.#running.delete(entry));
    this.#running.set(entry, running);
    return running;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#running.values());
  }

  async #buildOnce(entry: string): Promise<string> {
    const manifestPath = join(this.#folder, `${basename(dirname(entry))}-${hash(entry).slice(0, 12)}.json`);
    const manifest = readManifest(manifestPath);
    if (manifest !== undefined && isCurrent(manifest)) return manifest.output;
    return await compile(entry, this.#folder, manifestPath);
  }
}

async function compile(entry: string, folder: string, manifestPath: string): Promise<string> {
  const esbuild = await import('esbuild');
  building += 1;
  try {
    return await buildWith(esbuild, entry, { folder, manifestPath });
  } finally {
    building -= 1;
    if (building === 0) await esbuild.stop();
  }
}

async function buildWith(
  esbuild: typeof import('esbuild'),
  entry: string,
  { folder, manifestPath }: { readonly folder: string; readonly manifestPath: string },
): Promise<string> {
  const externals = new Set<string>();
  const result = await esbuild
    .build({
      entryPoints: [entry],
      absWorkingDir: dirname(entry),
      outdir: folder,
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'inline',
      logLevel: 'silent',
      plugins: [externalPackages(externals)],
    })
    .catch((error: unknown) => {
      throw buildError(entry, error);
    });
  return await store(result, { entry, folder, manifestPath, externals: [...externals] });
}

interface StoreRequest {
  readonly entry: string;
  readonly folder: string;
  readonly manifestPath: string;
  readonly externals: readonly string[];
}

async function store(result: BuildResult, request: StoreRequest): Promise<string> {
  const code = result.outputFiles?.[0]?.text ?? '';
  const output = join(request.folder, `${basename(dirname(request.entry))}-${hash(code).slice(0, 16)}.mjs`);
  const sources = Object.keys(result.metafile?.inputs ?? {}).map((path) =>
    join(dirname(request.entry), path),
  );
  const inputs = Object.fromEntries(sources.map((path) => [path, hash(readFileSync(path))]));
  const manifest: Manifest = { format: FORMAT, output, inputs, externals: request.externals };
  mkdirSync(request.folder, { recursive: true });
  await writeFileAtomic(output, code);
  await writeFileAtomic(request.manifestPath, JSON.stringify(manifest));
  return output;
}

/** Packages are not bundled but referred to by path: the output lies elsewhere than the source. */
function externalPackages(externals: Set<string>): Plugin {
  return {
    name: 'external-packages',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async (request) => {
        if (request.kind === 'entry-point' || request.pluginData === 'resolving') return undefined;
        const own = OWN_MODULES[request.path];
        if (own !== undefined) return { path: pathToFileURL(builtFile(own)).href, external: true };
        const { kind, resolveDir, importer } = request;
        const found = await build.resolve(request.path, {
          kind,
          resolveDir,
          importer,
          pluginData: 'resolving',
        });
        if (found.errors.length > 0 || found.external) return found;
        externals.add(found.path);
        return { path: pathToFileURL(found.path).href, external: true };
      });
    },
  };
}

function readManifest(path: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  } catch {
    return undefined; // Absent or cut short: the build makes it anew.
  }
}

function isCurrent(manifest: Manifest): boolean {
  const { format, output, inputs, externals } = manifest;
  if (format !== FORMAT || !existsSync(output) || !externals.every((path) => existsSync(path))) return false;
  return Object.entries(inputs).every(
    ([path, expected]) => existsSync(path) && hash(readFileSync(path)) === expected,
  );
}

function hash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function buildError(entry: string, cause: unknown): ContextdError {
  const faults = isBuildFailure(cause) ? cause.errors : [];
  const lines = faults.map((fault) => describeFault(fault, dirname(entry)));
  const text = lines.length === 0 ? String(cause) : lines.join('\n');
  const [first] = faults;
  const location =
    first?.location == null ? {} : { file: absolute(first.location.file, entry), line: first.location.line };
  return new ContextdError('SVC_BUILD_FAILED', text, { cause, details: location });
}

function describeFault(fault: Message, folder: string): string {
  const { location, text } = fault;
  if (location === null) return text;
  return `${absolute(location.file, join(folder, 'x'))}:${location.line}:${location.column + 1}: ${text}`;
}

function absolute(file: string, entry: string): string {
  return file.startsWith('file:') ? fileURLToPath(file) : join(dirname(entry), file);
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return (
    error instanceof Error &&
    'errors' in error &&
    Array.isArray(error.errors) &&
    !hasErrnoCode(error, 'ENOENT')
  );
}
