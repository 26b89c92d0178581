// What one source file of a service asks of the place where it runs, seen before it is compiled.

import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Names that stand for `import.meta`, `__dirname` and `__filename` in a bundle, where each file has its own. */
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
  /** What is compiled into a bundle: its lines are those of the file. */
  readonly contents: string;
  /** So many characters stand before the first line's own. */
  readonly shift: number;
  /** It loads or starts other files by names that only running it tells: a bundle cannot hold them. */
  readonly isDynamic: boolean;
  readonly faults: readonly SourceError[];
}

const BLANK = String.raw`(?:\s|/\*[^]*?\*/|//[^\n]*\n)*`;
const LITERAL = String.raw`(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")`;
/** A match in a comment or a text costs a slower start and nothing else, so there is no parser here. */
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

/** `tsconfig` is the text of what configures the file. */
export function analyzeSource(path: string, text: string, tsconfig: string): AnalyzedSource {
  const isDynamic = [COMPUTED_IMPORT, COMPUTED_REQUIRE, OTHER_META, STARTS_FILES].some(
    (pattern) => text.search(pattern) !== -1,
  );
  const faults = [...requiredTypeScript(text), ...decoratorMetadata(text, tsconfig)];
  // An open service is compiled only to find its faults and its files: esbuild is not to look for what is computed.
  const checked = isDynamic ? text.replace(COMPUTED_IMPORT, 'Import') : text;
  const places = composeLocations(path, text);
  // A first line that names an interpreter must stay the first.
  const start = places !== '' && text.startsWith('#!') ? text.indexOf('\n') + 1 : 0;
  const contents = checked.slice(0, start) + places + checked.slice(start);
  return { contents, shift: start === 0 ? places.length : 0, isDynamic, faults };
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

/** Node's own `require`, made by createRequire, knows no TypeScript, and nothing can teach it. */
function requiredTypeScript(text: string): readonly SourceError[] {
  if (!CREATE_REQUIRE.test(text)) return [];
  return [...text.matchAll(REQUIRE_TYPESCRIPT)].flatMap(({ 0: whole, 1: literal = '', index }) => {
    const name = literal.slice(1, -1);
    if (!/\.([mc]?ts|tsx)$/.test(name)) return [];
    const message = `require of createRequire cannot load TypeScript: ${name}; write await import('${name}')`;
    return [faultAt(text, index + whole.indexOf(literal), message)];
  });
}

/** Types at run time need a whole program to be compiled, not one file after the other. */
function decoratorMetadata(text: string, tsconfig: string): readonly SourceError[] {
  if (!/"emitDecoratorMetadata"\s*:\s*true/.test(tsconfig)) return [];
  const used = /['"]reflect-metadata['"]/.exec(text);
  const message =
    'emitDecoratorMetadata of tsconfig.json is not supported: compile it with tsc, and name index.js';
  return used === null ? [] : [faultAt(text, used.index, message)];
}

function faultAt(text: string, offset: number, message: string): SourceError {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)?.length ?? 0, text: message };
}
