// Analyzes one source file before it is compiled: whether it loads code dynamically, and what cannot be compiled.

import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Replacements for `import.meta`, `__dirname` and `__filename` in a bundle, where each file has its own values. */
export const LOCATION_NAMES = {
  'import.meta': '$contextdMeta',
  __dirname: '$contextdDirname',
  __filename: '$contextdFilename',
} as const;

export interface SourceError {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

export interface AnalyzedSource {
  /** The text to compile; its line numbers are those of the file. */
  readonly contents: string;
  /** How many characters were inserted before the first line. */
  readonly shift: number;
  /** The file loads or starts other files by names computed at run time, which a bundle cannot contain. */
  readonly isDynamic: boolean;
  readonly errors: readonly SourceError[];
}

const BLANK = String.raw`(?:\s|/\*[^]*?\*/|//[^\n]*\n)*`;
const LITERAL = String.raw`(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")`;
/** Not parsed: a match in a comment or a string only causes a slower start. */
const COMPUTED_IMPORT = new RegExp(`\\bimport(?=${BLANK}\\((?!${BLANK}${LITERAL}${BLANK}[,)]))`, 'g');
const COMPUTED_REQUIRE = new RegExp(
  `\\brequire(?:${BLANK}\\.${BLANK}resolve)?${BLANK}\\((?!${BLANK}${LITERAL}${BLANK}\\))`,
);
const OTHER_META = new RegExp(
  `\\bimport${BLANK}\\.${BLANK}meta\\b(?!${BLANK}\\.${BLANK}(?:url|dirname|filename)\\b)`,
);
const STARTS_FILES = /\bworker_threads\b|\bfork\s*\(/;
const CREATE_REQUIRE = /\bcreateRequire\b/;
const REQUIRE_TYPESCRIPT = new RegExp(`\\b\\w*[rR]equire${BLANK}\\(${BLANK}(${LITERAL})${BLANK}\\)`, 'g');

/** `tsconfig` is the text of the configuration for this file. */
export function analyzeSource(path: string, text: string, tsconfig: string): AnalyzedSource {
  const isDynamic = [COMPUTED_IMPORT, COMPUTED_REQUIRE, OTHER_META, STARTS_FILES].some(
    (pattern) => text.search(pattern) !== -1,
  );
  const errors = [...requiredTypeScript(text), ...decoratorMetadata(text, tsconfig)];
  // A dynamic service is compiled only to find its errors and files; esbuild must not resolve computed imports.
  const checked = isDynamic ? text.replace(COMPUTED_IMPORT, 'Import') : text;
  const places = composeLocations(path, text);
  // A hashbang must stay the first line.
  const start = places !== '' && text.startsWith('#!') ? text.indexOf('\n') + 1 : 0;
  const contents = checked.slice(0, start) + places + checked.slice(start);
  return { contents, shift: start === 0 ? places.length : 0, isDynamic, errors };
}

function composeLocations(path: string, text: string): string {
  const { href: url } = pathToFileURL(path);
  const values = {
    'import.meta': { url, dirname: dirname(path), filename: path },
    __dirname: dirname(path),
    __filename: path,
  };
  const isUsed = {
    'import.meta': /\bmeta\b/.test(text),
    __dirname: text.includes('__dirname'),
    __filename: text.includes('__filename'),
  };
  const names = Object.keys(LOCATION_NAMES) as (keyof typeof LOCATION_NAMES)[];
  return names
    .filter((name) => isUsed[name])
    .map((name) => `const ${LOCATION_NAMES[name]} = ${JSON.stringify(values[name])}; `)
    .join('');
}

/** The `require` that createRequire of Node returns cannot load TypeScript. */
function requiredTypeScript(text: string): readonly SourceError[] {
  if (!CREATE_REQUIRE.test(text)) return [];
  return [...text.matchAll(REQUIRE_TYPESCRIPT)].flatMap(({ 0: whole, 1: literal = '', index }) => {
    const name = literal.slice(1, -1);
    if (!/\.([mc]?ts|tsx)$/.test(name)) return [];
    const message = `require of createRequire cannot load TypeScript: ${name}; use await import('${name}')`;
    return [errorAt(text, index + whole.indexOf(literal), message)];
  });
}

/** Decorator metadata needs the types of the complete program, but files are compiled one by one. */
function decoratorMetadata(text: string, tsconfig: string): readonly SourceError[] {
  if (!/"emitDecoratorMetadata"\s*:\s*true/.test(tsconfig)) return [];
  const used = /['"]reflect-metadata['"]/.exec(text);
  const message =
    'emitDecoratorMetadata of tsconfig.json is not supported; compile the service with tsc to index.js';
  return used === null ? [] : [errorAt(text, used.index, message)];
}

function errorAt(text: string, offset: number, message: string): SourceError {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)?.length ?? 0, text: message };
}
