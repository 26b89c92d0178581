// Module hooks of Node: resolve TypeScript files as TypeScript does, and compile them on load.

import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { LoadHook, ResolveHook } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { tsconfigText } from '../../base/code-configuration.js';
import { ownModule } from '../../base/package.js';
import { FileCompiler, IN_PACKAGE } from './compile-file.js';

const TYPESCRIPT = /\.([mc]?ts|tsx)$/;
/** TypeScript requires `import './Hello.js'` for the file Hello.ts. */
const JAVASCRIPT = /\.([mc]?)js(x?)$/;
const OMITTED_ENDINGS = ['.ts', '.tsx', '.mts', '.cts', '.js', '/index.ts', '/index.js'];

/** The query of the URL is the folder for compiled files. */
const compiler = new FileCompiler(new URL(import.meta.url).searchParams.get('cache') ?? undefined);

export const resolve: ResolveHook = async (specifier, context, next) => {
  const { parentURL } = context;
  if (parentURL === undefined || !isOwnCode(parentURL)) return await next(specifier, context);
  const own = ownModule(specifier);
  if (own !== undefined) return await next(own, context);
  const found = /^(\.|\/|file:)/.test(specifier)
    ? findBeside(specifier, parentURL)
    : await findByTsconfig(specifier, parentURL);
  return await next(found ?? specifier, context);
};

export const load: LoadHook = async (url, context, next) => {
  const path = pathOf(url);
  if (path === undefined) return await next(url, context);
  // As in a bundle, JSON may be imported without an import attribute.
  if (
    path.endsWith('.json') &&
    context.importAttributes.type === undefined &&
    context.format !== 'commonjs'
  ) {
    return {
      format: 'module',
      source: await compiler.compileJson(await readFile(path, 'utf8')),
      shortCircuit: true,
    };
  }
  if (!TYPESCRIPT.test(path)) return await next(url, context);
  return { ...(await compiler.compile(path)), shortCircuit: true };
};

/** Node loads packages itself, except for TypeScript files, which it cannot load. */
function isOwnCode(url: string): boolean {
  const path = pathOf(url);
  return path !== undefined && (TYPESCRIPT.test(path) || !IN_PACKAGE.test(path));
}

/** Removes the query: `import('./plug.ts?again')` loads the same file as another module. */
function pathOf(url: string): string | undefined {
  return url.startsWith('file:') ? fileURLToPath(url.replace(/[?#].*$/s, '')) : undefined;
}

/** Finds the source file for a relative specifier if there is no file with exactly this name. */
function findBeside(specifier: string, parentURL: string): string | undefined {
  const wanted = new URL(specifier, parentURL);
  if (isFile(wanted)) return undefined;
  const { href, search } = wanted;
  const bare = href.slice(0, href.length - search.length);
  const written = JAVASCRIPT.test(bare)
    ? [bare.replace(JAVASCRIPT, '.$1ts$2'), bare.replace(JAVASCRIPT, '.$1tsx')]
    : [];
  const found = [...written, ...OMITTED_ENDINGS.map((end) => bare + end)].find((each) =>
    isFile(new URL(each)),
  );
  return found === undefined ? undefined : found + search;
}

async function findByTsconfig(specifier: string, parentURL: string): Promise<string | undefined> {
  const parent = pathOf(parentURL);
  if (parent === undefined || specifier.startsWith('node:')) return undefined;
  if (!/"(paths|baseUrl)"/.test(tsconfigText(dirname(parent)))) return undefined;
  const path = await compiler.resolveByTsconfig(specifier, parent);
  return path === undefined ? undefined : pathToFileURL(path).href;
}

function isFile(url: URL): boolean {
  return existsSync(url) && statSync(url).isFile();
}
