// Hooks of node's module loader: a .js that is written as .ts is found, and TypeScript is compiled when it is loaded.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { LoadHook, ResolveHook } from 'node:module';
import { fileURLToPath } from 'node:url';

const TYPESCRIPT = /\.[mc]?ts$/;
/** As in `import './Hello.js'`, which TypeScript wants where the file is Hello.ts. */
const WRITTEN = /\.([mc]?)js$/;

export const resolve: ResolveHook = async (specifier, context, next) => {
  const { parentURL } = context;
  if (specifier.startsWith('.') && parentURL !== undefined && TYPESCRIPT.test(parentURL)) {
    const wanted = new URL(specifier, parentURL);
    const source = new URL(wanted.href.replace(WRITTEN, '.$1ts'));
    if (!existsSync(wanted) && existsSync(source)) return await next(source.href, context);
  }
  return await next(specifier, context);
};

export const load: LoadHook = async (url, context, next) => {
  if (!url.startsWith('file:') || !TYPESCRIPT.test(url)) return await next(url, context);
  const { transform } = await import('esbuild');
  const sourcefile = fileURLToPath(url);
  const { code } = await transform(await readFile(sourcefile, 'utf8'), {
    loader: 'ts',
    format: url.endsWith('.cts') ? 'cjs' : 'esm',
    target: `node${process.versions.node}`,
    sourcemap: 'inline',
    sourcefile,
  });
  return { format: url.endsWith('.cts') ? 'commonjs' : 'module', source: code, shortCircuit: true };
};
