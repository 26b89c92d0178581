import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../helpers/documents.js';
import { sourceFiles, type SourceFile } from './source-files.js';

/** A module imports only modules of lower layers, none of its own layer. docs/architecture.md shows the same layers. */
const LAYERS: readonly (readonly string[])[] = [
  ['base'],
  ['bus', 'sampler', 'xml'],
  ['model', 'processes', 'task'],
  ['messages'],
  ['host', 'launcher', 'security'],
  ['client', 'monitor', 'scaffold', 'supervision'],
  ['journal'],
  ['provider'],
  ['cli', 'testing'],
];

const DESCRIPTIONS_AT = 52;
const MOST_FILES = 25;
const MOST_IMPORTS = 15;

/** Files that still exceed MOST_IMPORTS, with their number of imports. Do not add one. */
const STILL_MORE: Readonly<Record<string, number>> = {};

/** Re-exports the public API, so it may import from any module. */
const ENTRY_POINT = 'src/index.ts';

/** `messages` may use the codec of frames, and nothing else of `bus`. */
const BUS_FOR_MESSAGES = ['src/bus/envelope.ts'];

/** Packages that only these files may import. */
const OWNERS: Readonly<Record<string, RegExp>> = {
  zeromq: /^src\/bus\//,
  'fast-xml-parser': /^src\/xml\//,
  ejs: /^src\/scaffold\//,
  esbuild: /^src\/(launcher\/build\/bundle-code|host\/typescript\/compile-file)\.ts$/,
  yargs: /^src\/cli\//,
  'prom-client': /^src\/monitor\//,
  asciichart: /^src\/cli\//,
};

/** The packages that a module may import, besides node's own modules. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  base: [],
  bus: ['zeromq', 'write-file-atomic'],
  sampler: ['pidusage', 'systeminformation'],
  processes: [],
  task: ['zod'],
  xml: ['fast-xml-parser'],
  model: ['zod'],
  messages: ['zod'],
  host: ['esbuild'],
  launcher: ['esbuild', 'write-file-atomic', 'zod'],
  // The content of a journal is checked like a message from the bus.
  journal: ['write-file-atomic', 'zod'],
  security: [],
  client: [],
  monitor: ['zod', 'prom-client'],
  scaffold: ['ejs', 'diff', 'write-file-atomic'],
  supervision: [],
  provider: ['write-file-atomic', 'zod'],
  cli: ['yargs', 'asciichart', 'shell-quote'],
  testing: [],
};

const layerOf = (module: string) => LAYERS.findIndex((each) => each.includes(module));
const moduleOf = (path: string) => /^src\/([^/]+)\//.exec(path)?.[1];
const files = sourceFiles();

/** `from -> to` of each import for which `isWrong`. */
function findImports(isWrong: (file: SourceFile, imported: string) => boolean): readonly string[] {
  return files.flatMap((file) =>
    file.imports.filter((each) => isWrong(file, each)).map((each) => `${file.path} -> ${each}`),
  );
}

function mayImport(from: string, to: string): boolean {
  const [module, other] = [moduleOf(from), moduleOf(to)];
  if (module === undefined || other === undefined || module === other) return true;
  if (module === 'messages' && other === 'bus') return BUS_FOR_MESSAGES.includes(to);
  return layerOf(other) >= 0 && layerOf(other) < layerOf(module);
}

describe('the layers', () => {
  it('contain every module, and every file except the entry point is in a module', () => {
    const modules = new Set(files.map(({ path }) => moduleOf(path)).filter((module) => module !== undefined));
    expect([...modules].filter((module) => layerOf(module) < 0)).toEqual([]);
    const outside = files.filter(({ path }) => path.startsWith('src/') && moduleOf(path) === undefined);
    expect(outside.map(({ path }) => path)).toEqual([ENTRY_POINT]);
  });

  it('reject wrong imports', () => {
    const wrong = [
      ['src/base/errors.ts', 'src/model/context.ts'],
      ['src/provider/dispatcher.ts', 'src/cli/run.ts'],
      ['src/launcher/launcher.ts', 'src/security/authorizer.ts'],
      ['src/launcher/launcher.ts', 'src/supervision/snapshot.ts'],
      ['src/messages/message.ts', 'src/bus/zmq.ts'],
      ['src/xml/xml.ts', 'src/bus/endpoint.ts'],
      ['src/client/client.ts', 'src/cli/run.ts'],
    ] as const;
    expect(wrong.map(([from, to]) => mayImport(from, to))).toEqual(wrong.map(() => false));
    expect(files.flatMap((file) => file.imports).length).toBeGreaterThan(300);
  });

  it('are imported downwards only', () => {
    expect(findImports((file, to) => !mayImport(file.path, to))).toEqual([]);
  });

  it('have no cycle between folders', () => {
    const graph = new Map<string, readonly string[]>();
    for (const { path, imports } of files.filter((each) => each.path !== ENTRY_POINT)) {
      const folder = dirname(path);
      const others = imports.filter((to) => to.startsWith('src/')).map((to) => dirname(to));
      graph.set(folder, [...(graph.get(folder) ?? []), ...others.filter((to) => to !== folder)]);
    }
    expect(findCycle(graph)).toEqual([]);
  });

  it('are drawn in docs/architecture.md and CONTRIBUTING.md', () => {
    const drawn = [...LAYERS]
      .reverse()
      .map((modules, index) => [String(LAYERS.length - 1 - index), modules] as const);
    for (const document of ['docs/architecture.md', 'CONTRIBUTING.md']) {
      const text = readDocument(document);
      const lines = text.split('\n').filter((line) => /^\d {2}[a-z]/.test(line));
      // A module's description starts in a column of its own.
      const read = lines.map(
        (line) => [line[0], line.slice(3, DESCRIPTIONS_AT).trim().split(/ +/).sort()] as const,
      );
      expect(read, document).toEqual(drawn);
    }
  });

  it('have a live view that imports from cli only the terminal', () => {
    const isOther = (path: string) => /^src\/cli\/(?!live\/|terminal\/)/.test(path);
    expect(findImports(({ path }, to) => path.startsWith('src/cli/live/') && isOther(to))).toEqual([]);
  });

  it('are imported by the programs in tools through cli only', () => {
    const isTool = (path: string) => path.startsWith('tools/');
    expect(
      findImports((file, to) => isTool(file.path) && to.startsWith('src/') && moduleOf(to) !== 'cli'),
    ).toEqual([]);
    expect(findImports((_file, to) => isTool(to))).toEqual([]);
  });
});

describe('every source file', () => {
  it('imports files that exist', () => {
    const known = new Set(files.map(({ path }) => path));
    expect(findImports((_file, to) => /^(src|tools|\.\.)\//.test(to) && !known.has(to))).toEqual([]);
  });

  it('imports a package only if the file owns it', () => {
    expect(findImports(({ path }, to) => OWNERS[to]?.test(path) === false)).toEqual([]);
  });

  it('imports only packages that its module may use', () => {
    const isPackage = (name: string) => !name.startsWith('node:') && !/^(src|tools)\//.test(name);
    expect(
      findImports(({ path }, to) => isPackage(to) && !(PACKAGES[moduleOf(path) ?? ''] ?? []).includes(to)),
    ).toEqual([]);
  });

  it(`has at most ${MOST_IMPORTS} imports`, () => {
    const many = files.filter(
      ({ path, imports }) => path !== ENTRY_POINT && imports.length > (STILL_MORE[path] ?? MOST_IMPORTS),
    );
    expect(many.map(({ path, imports }) => `${path}: ${imports.length}`)).toEqual([]);
  });

  it(`is in a folder with at most ${MOST_FILES} files`, () => {
    const counts = new Map<string, number>();
    for (const { path } of files) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count > MOST_FILES)).toEqual([]);
  });

  it('is not part of a cycle of imports', () => {
    const graph = new Map(files.map(({ path, imports }) => [path, imports]));
    expect(findCycle(graph)).toEqual([]);
    const cyclic: readonly (readonly [string, readonly string[]])[] = [
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ];
    expect(findCycle(new Map(cyclic))).toEqual(['b', 'c', 'b']);
  });
});

/** The nodes of a cycle, or an empty list. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const walk = (at: string, path: readonly string[]): readonly string[] => {
    if (path.includes(at)) return [...path.slice(path.indexOf(at)), at];
    if (done.has(at)) return [];
    for (const next of graph.get(at) ?? []) {
      const cycle = walk(next, [...path, at]);
      if (cycle.length > 0) return cycle;
    }
    done.add(at);
    return [];
  };
  for (const start of graph.keys()) {
    const cycle = walk(start, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
