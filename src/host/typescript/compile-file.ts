// Compiles one TypeScript file for the module hooks, and resolves modules by tsconfig.json.

import { mkdirSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BuildFailure, Plugin } from 'esbuild';
import { hashOf, tsconfigText } from '../../base/code-configuration.js';

/** Increase when the output for the same input changes. */
const FORMAT = 1;
export const IN_PACKAGE = /[\\/]node_modules[\\/]/;

/** Matches a module that calls `require` without declaring it, which a bundle allows. */
const USES_REQUIRE = /^(?![^]*\b(?:const|let|var|function)\s+require\b)[^]*\brequire\s*[(.]/;
const REQUIRE =
  "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);";

export interface CompiledFile {
  readonly format: 'module' | 'commonjs';
  readonly source: string;
}

type Esbuild = typeof import('esbuild');

/** Stops the process of esbuild after the last of concurrent uses; otherwise it would be a child of the service as long as that runs. */
export class FileCompiler {
  readonly #cacheFolder: string | undefined;
  #uses = 0;

  /** Without a folder for compiled files, every process compiles again. */
  constructor(cacheFolder: string | undefined) {
    this.#cacheFolder = cacheFolder;
  }

  /** Throws an Error that names file, line and column. */
  async compile(path: string): Promise<CompiledFile> {
    const text = await readFile(path, 'utf8');
    const format = formatOf(path, text);
    const compileNow = () => this.#use((esbuild) => compile(esbuild, { path, format, text }));
    if (this.#cacheFolder === undefined) return { format, source: await compileNow() };
    const key = hashOf(JSON.stringify([FORMAT, path, text, tsconfigText(dirname(path)), process.version]));
    const cachePath = join(this.#cacheFolder, `${basename(path)}-${key.slice(0, 24)}.js`);
    const known = await readFile(cachePath, 'utf8').catch(() => undefined);
    if (known !== undefined) return { format, source: known };
    const source = await compileNow();
    await writeCache(cachePath, source);
    return { format, source };
  }

  /** Converts JSON to a module with an export for each key that is an identifier. */
  compileJson(text: string): Promise<string> {
    return this.#use(
      async ({ transform }) => (await transform(text, { loader: 'json', format: 'esm' })).code,
    );
  }

  /** Resolves `specifier` by tsconfig.json. Returns undefined for a package or if there is no such file. */
  async resolveByTsconfig(specifier: string, importer: string): Promise<string | undefined> {
    const found = await this.#use((esbuild) => resolve(esbuild, specifier, importer));
    return found === undefined || IN_PACKAGE.test(found) ? undefined : found;
  }

  async #use<T>(use: (esbuild: Esbuild) => Promise<T>): Promise<T> {
    const esbuild = await import('esbuild');
    this.#uses += 1;
    try {
      return await use(esbuild);
    } finally {
      this.#uses -= 1;
      if (this.#uses === 0) await esbuild.stop();
    }
  }
}

async function resolve({ build }: Esbuild, specifier: string, importer: string): Promise<string | undefined> {
  let found: string | undefined;
  const probe: Plugin = {
    name: 'resolve-probe',
    setup(setup) {
      setup.onResolve({ filter: /.*/ }, async ({ path, kind, resolveDir, pluginData }) => {
        if (pluginData === 'probing') return undefined;
        const answer = await setup.resolve(path, { kind, resolveDir, importer, pluginData: 'probing' });
        if (answer.errors.length === 0 && !answer.external) found = answer.path;
        return { path, external: true };
      });
    },
  };
  const contents = `import ${JSON.stringify(specifier)}`;
  const sourcefile = basename(importer);
  await build({
    stdin: { contents, resolveDir: dirname(importer), sourcefile, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
    plugins: [probe],
  });
  return found;
}

/** Decides by the extension, then by the text: a file without `import` and `export` may be CommonJS. */
function formatOf(path: string, text: string): CompiledFile['format'] {
  if (path.endsWith('.cts')) return 'commonjs';
  if (path.endsWith('.mts') || /^\s*(import|export)\b(?!\s*\()/m.test(text)) return 'module';
  return /\bmodule\.exports\b|\bexports\.\w|\brequire\s*\(/.test(text) ? 'commonjs' : 'module';
}

interface SourceText extends Pick<CompiledFile, 'format'> {
  readonly path: string;
  readonly text: string;
}

async function compile({ build }: Esbuild, { path, format, text }: SourceText): Promise<string> {
  const isModule = format === 'module';
  const isRequiring = isModule && USES_REQUIRE.test(text);
  const result = await build({
    entryPoints: [path],
    absWorkingDir: dirname(path),
    outfile: `${path}.js`,
    write: false,
    format: isModule ? 'esm' : 'cjs',
    platform: 'node',
    target: `node${process.versions.node}`,
    sourcemap: 'inline',
    logLevel: 'silent',
    ...(isRequiring ? { banner: { js: REQUIRE } } : {}),
    ...(isModule ? { define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' } } : {}),
  }).catch((error: unknown) => {
    throw compileError(path, error);
  });
  return result.outputFiles[0]?.text ?? '';
}

async function writeCache(path: string, source: string): Promise<void> {
  const draft = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    await writeFile(draft, source);
    await rename(draft, path);
  } catch {
    // The disk is full or the folder is not writable: the next start compiles again.
  }
}

function compileError(path: string, error: unknown): unknown {
  const messages = (error as Partial<BuildFailure>).errors ?? [];
  const lines = messages.map(({ text, location }) =>
    location === null ? text : `${path}:${location.line}:${location.column + 1}: ${text}`,
  );
  return lines.length === 0 ? error : new SyntaxError(lines.join('\n'));
}
