// Bundles the programs and entry points of the package into dist: a few files load several times faster than many.
//
//   src/**/*.ts --tsc--> dist/**/*.d.ts        (types)
//   src/**/*.ts --this-> dist/**/*.js          (each where its source would be)
//                        dist/chunks/*.js      (shared by the commands and the library entry point)

import { Buffer } from 'node:buffer';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { useBuiltins } from './use-builtins.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

/**
 * All programs run this one file, which contains the commands that connect to a provider: a process that loads forty small
 * files takes a third longer. What other commands need is loaded when they are called.
 */
const COMMANDS = 'src/cli/commands.ts';
const LOADED_LATER =
  /\/(cli\/(provider-commands|context-display|create-service|init|keys|request\/watch-top)|model\/read\/read-context)\.js$/;

/** Packages with a binary, or large and rarely used. */
const EXTERNAL = ['esbuild', 'systeminformation'];

/** Loads zeromq's binary from its package folder, wherever npm has installed it. */
const ZEROMQ_BINARY = `
  const { resolve } = require('node:path');
  const { loadAddon } = require('cmake-ts/build/loader');
  exports.default = loadAddon(resolve(require.resolve('zeromq'), '../../build'));
  exports.__esModule = true;
`;

/** Only yargs's help needs these functions, and loading them takes longer than parsing the arguments. */
const WHEN_CALLED = /^(cliui|string-width)$/;

const { bin, exports: exported } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** CommonJS packages expect `require`. */
const BANNER =
  "import{createRequire as $createRequire}from'node:module';const require=$createRequire(import.meta.url);";

const { tools, shared, alone, bench } = entries();
const built = await Promise.all([
  bundle(tools, { plugins: [keepExternal(/\/cli\/commands\.js$/)] }),
  bundle([COMMANDS], { plugins: [keepExternal(LOADED_LATER, 'dynamic-import')] }),
  bundle(shared, { splitting: true, chunkNames: 'chunks/[name]-[hash]' }),
  // Node.js reads the source map of every module that a service imports, even without an error.
  bundle(alone, { splitting: false, sourcemap: false }),
  bundle(bench, { splitting: true, packages: 'external', chunkNames: 'bench/chunks/[name]-[hash]' }),
]);
const outputFiles = built.flatMap((each) => each.outputFiles);
const inputs = built.flatMap(({ metafile }) => Object.keys(metafile.inputs));
for (const { path, contents } of outputFiles) writeIfChanged(path, removeUnusedBanner(contents));
writeIfChanged(join(dist, 'chunks', 'LICENSES.txt'), Buffer.from(licenses(inputs)));
removeStaleFiles(new Set(outputFiles.map(({ path }) => path)));

function bundle(entryPoints, how) {
  return build({
    absWorkingDir: root,
    entryPoints,
    outdir: dist,
    outbase: root,
    bundle: true,
    sourcemap: 'linked',
    ...how,
    plugins: [...(how.plugins ?? []), loadWhenCalled(), bundleZeromq(), useBuiltins()],
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: EXTERNAL,
    logOverride: { 'require-resolve-not-external': 'silent' },
    // Keep names, so that stack traces are readable.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    banner: { js: BANNER },
    define: { __filename: 'import.meta.filename' },
    // Node.js prints the failing line: it must fit on a screen.
    lineLimit: 200,
  });
}

/**
 * Commands share what they load when it is needed. What is loaded in every child and thread, services' own
 * imports among it, is one file each: reading a file takes longer than having some lines of it twice.
 */
function entries() {
  const built = [...Object.values(bin), ...Object.values(exported).map((entry) => entry.default)];
  const known = built
    .filter((path) => path !== undefined)
    .map((path) => relative('dist', path).replace(/\.js$/, '.ts'));
  const programs = list(join(root, 'src')).filter((path) =>
    /\/(main|worker|typescript-hooks)\.ts$/.test(path),
  );
  const isAlone = (path) => /^src\/(task|host)\//.test(path);
  const isTool = (path) => path.startsWith('tools/');
  return {
    tools: known.filter(isTool),
    shared: [...known.filter((path) => !isAlone(path) && !isTool(path)), ...loadedLater()],
    alone: [...known.filter(isAlone), ...programs.map((path) => relative(root, path))],
    bench: ['bench/run.ts', ...list(join(root, 'bench', 'children')).map((path) => relative(root, path))],
  };
}

function loadedLater() {
  const files = list(join(root, 'src')).map((path) => relative(root, path));
  return files.filter((path) => LOADED_LATER.test(path.replace(/\.ts$/, '.js')));
}

/** Imports from these files of src are not bundled: the files are entry points of another bundle. */
function keepExternal(pattern, kind = 'import-statement') {
  return {
    name: 'keep-external',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, (found) => {
        const target = join(found.resolveDir, found.path);
        if (found.kind !== kind || !pattern.test(target)) return undefined;
        const from = kind === 'dynamic-import' ? join(root, dirname(COMMANDS)) : found.resolveDir;
        const path = relative(from, target);
        return { path: path.startsWith('.') ? path : `./${path}`, external: true };
      });
    },
  };
}

/** A module of one function, loaded by its first call. */
function loadWhenCalled() {
  return {
    name: 'load-when-called',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: WHEN_CALLED }, ({ path, pluginData, resolveDir }) =>
        pluginData === 'called' ? undefined : { path, namespace: 'when-called', pluginData: resolveDir },
      );
      onLoad({ filter: /.*/, namespace: 'when-called' }, ({ path, pluginData: resolveDir }) => ({
        contents: `let load; export default (...given) => (load ??= require('${path}').default)(...given);`,
        resolveDir,
        pluginData: 'called',
      }));
    },
  };
}

/** Bundles zeromq's JavaScript: Node.js takes longer to find its files than to run them. */
function bundleZeromq() {
  return {
    name: 'bundle-zeromq',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]zeromq[\\/]lib[\\/]load-addon\.js$/ }, ({ path }) => ({
        contents: ZEROMQ_BINARY,
        resolveDir: dirname(path),
      }));
    },
  };
}

/** Making a `require` takes time, and most files have no use for it; the line stays, for the source map. */
function removeUnusedBanner(contents) {
  const text = Buffer.from(contents).toString();
  const code = text.slice(BANNER.length);
  return Buffer.from(text.startsWith(BANNER) && !/\brequire\b/.test(code) ? code : text);
}

/** Does not touch unchanged files: a program may be running from them. */
function writeIfChanged(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}

/** Files of earlier builds would be packed. */
function removeStaleFiles(written) {
  const stale = ['src', 'tools', 'chunks', 'bench']
    .flatMap((folder) => list(join(dist, folder)))
    .filter((path) => /\.js(\.map)?$/.test(path) && !written.has(path));
  for (const path of stale) rmSync(path);
}

/** Returns the licences of the bundled packages, which must be distributed with them. */
function licenses(inputs) {
  const folders = inputs.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  const texts = [...new Set(folders.filter((folder) => folder !== undefined))].sort().map((folder) => {
    const file = readdirSync(join(root, folder)).find((name) => /^licen[cs]e/i.test(name));
    const text = file === undefined ? '' : readFileSync(join(root, folder, file), 'utf8').trim();
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return `Parts of these packages are contained in the files of this folder.\n\n${texts.join('\n---\n\n')}`;
}

function list(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
