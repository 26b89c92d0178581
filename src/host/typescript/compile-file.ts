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

let working = 0;

/** Throws an Error that names file, line and column. */
export async function compileFile(path: string, cacheFolder: string | undefined): Promise<CompiledFile> {
  const text = await readFile(path, 'utf8');
  const format = formatOf(path, text);
  if (cacheFolder === undefined) return { format, source: await compile(path, format) };
  const key = hashOf(JSON.stringify([FORMAT, path, text, tsconfigText(dirname(path)), process.version]));
  const cachePath = join(cacheFolder, `${basename(path)}-${key.slice(0, 24)}.js`);
  const known = await readFile(cachePath, 'utf8').catch(() => undefined);
  if (known !== undefined) return { format, source: known };
  const source = await compile(path, format);
  await writeCache(cachePath, source);
  return { format, source };
}

/** Converts JSON to a module with an export for each key that is an identifier. */
export async function compileJson(text: string): Promise<string> {
  return await withEsbuild(
    async ({ transform }) => (await transform(text, { loader: 'json', format: 'esm' })).code,
  );
}

/** Resolves `specifier` by tsconfig.json. Returns undefined for a package or if there is no such file. */
export async function resolveByTsconfig(specifier: string, importer: string): Promise<string | undefined> {
  let found: string | undefined;
  const probe: Plugin = {
    name: 'resolve-probe',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async ({ path, kind, resolveDir, pluginData }) => {
        if (pluginData === 'probing') return undefined;
        const answer = await build.resolve(path, { kind, resolveDir, importer, pluginData: 'probing' });
        if (answer.errors.length === 0 && !answer.external) found = answer.path;
        return { path, external: true };
      });
    },
  };
  const contents = `import ${JSON.stringify(specifier)}`;
  const stdin = {
    contents,
    resolveDir: dirname(importer),
    sourcefile: basename(importer),
    loader: 'ts',
  } as const;
  await withEsbuild(({ build }) =>
    build({
      stdin,
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
      plugins: [probe],
    }),
  );
  return found === undefined || IN_PACKAGE.test(found) ? undefined : found;
}

/** Decides by the extension, then by the text: a file without `import` and `export` may be CommonJS. */
function formatOf(path: string, text: string): CompiledFile['format'] {
  if (path.endsWith('.cts')) return 'commonjs';
  if (path.endsWith('.mts') || /^\s*(import|export)\b(?!\s*\()/m.test(text)) return 'module';
  return /\bmodule\.exports\b|\bexports\.\w|\brequire\s*\(/.test(text) ? 'commonjs' : 'module';
}

async function compile(path: string, format: CompiledFile['format']): Promise<string> {
  const isModule = format === 'module';
  const isRequiring = isModule && USES_REQUIRE.test(await readFile(path, 'utf8'));
  const result = await withEsbuild(({ build }) =>
    build({
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
      ...(isModule
        ? { define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' } }
        : {}),
    }),
  ).catch((error: unknown) => {
    throw compileError(path, error);
  });
  return result.outputFiles[0]?.text ?? '';
}

/** Stops the process of esbuild after the last use; otherwise it would be a child of the service as long as that runs. */
async function withEsbuild<T>(use: (esbuild: Esbuild) => Promise<T>): Promise<T> {
  const esbuild = await import('esbuild');
  working += 1;
  try {
    return await use(esbuild);
  } finally {
    working -= 1;
    if (working === 0) await esbuild.stop();
  }
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
