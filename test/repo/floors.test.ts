import { describe, expect, it } from 'vitest';
import { sourceFiles, type SourceFile } from './source-files.js';

/** A room imports itself and rooms on lower floors, never a neighbour on its own floor. */
const FLOORS: Readonly<Record<string, number>> = {
  base: 0,
  model: 1,
  bus: 1,
  sampler: 1,
  messages: 2,
  processes: 2,
  provider: 3,
  task: 3,
  monitor: 3,
  client: 3,
  scaffold: 3,
  cli: 4,
  testing: 4,
  dashboard: 4,
};

/** Of the bus, messages know the codec of frames and nothing else. */
const BUS_FOR_MESSAGES = ['src/bus/envelope.ts'];

/** A package that only these files may import. */
const OWNERS: Readonly<Record<string, RegExp>> = {
  zeromq: /^src\/bus\//,
  'fast-xml-parser': /^src\/model\/xml[^/]*\.ts$/,
  ejs: /^src\/scaffold\//,
  esbuild: /^src\/(provider\/build\/bundle-code|task\/typescript\/compile-file)\.ts$/,
  yargs: /^src\/cli\//,
  'prom-client': /^src\/monitor\//,
  asciichart: /^src\/cli\//,
};

/** node:, and these packages, may be imported by a room; base has node: only. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  base: [],
  model: ['zod', 'fast-xml-parser'],
  bus: ['zeromq', 'write-file-atomic'],
  sampler: ['pidusage', 'systeminformation'],
  messages: ['zod'],
  processes: [],
  // zod: what another provider has written into the journal is checked as what comes from the bus is.
  provider: ['esbuild', 'write-file-atomic', 'zod'],
  task: ['zod', 'esbuild'],
  monitor: ['zod', 'prom-client'],
  client: [],
  scaffold: ['ejs', 'diff', 'write-file-atomic'],
  cli: ['yargs', 'asciichart'],
  testing: [],
};

const roomOf = (path: string) => /^src\/([^/]+)\//.exec(path)?.[1];
const files = sourceFiles();

/** `from -> to` of each import for which `isWrong`. */
function findImports(isWrong: (file: SourceFile, imported: string) => boolean): readonly string[] {
  return files.flatMap((file) =>
    file.imports.filter((each) => isWrong(file, each)).map((each) => `${file.path} -> ${each}`),
  );
}

function mayImport(from: string, to: string): boolean {
  const [room, other] = [roomOf(from), roomOf(to)];
  if (room === undefined || other === undefined || room === other) return true;
  if (room === 'messages' && other === 'bus') return BUS_FOR_MESSAGES.includes(to);
  return (FLOORS[other] ?? Infinity) < (FLOORS[room] ?? -1);
}

describe('the house', () => {
  it('has a floor for every room, and rooms for all code but its door', () => {
    const rooms = new Set(files.map(({ path }) => roomOf(path)).filter((room) => room !== undefined));
    expect([...rooms].filter((room) => !(room in FLOORS))).toEqual([]);
    const outside = files.filter(({ path }) => path.startsWith('src/') && roomOf(path) === undefined);
    expect(outside.map(({ path }) => path)).toEqual(['src/index.ts']);
  });

  it('knows wrong imports when it sees them', () => {
    const wrong = [
      ['src/base/errors.ts', 'src/model/xml.ts'],
      ['src/provider/once.ts', 'src/client/client.ts'],
      ['src/messages/message.ts', 'src/bus/zmq.ts'],
      ['src/model/xml.ts', 'src/bus/endpoint.ts'],
      ['src/client/client.ts', 'src/cli/run.ts'],
    ] as const;
    expect(wrong.map(([from, to]) => mayImport(from, to))).toEqual(wrong.map(() => false));
    expect(files.flatMap((file) => file.imports).length).toBeGreaterThan(300);
  });

  it('is imported downwards only', () => {
    expect(findImports((file, to) => !mayImport(file.path, to))).toEqual([]);
  });

  it('is entered by the programs through cli only', () => {
    const isTool = (path: string) => path.startsWith('tools/');
    expect(
      findImports((file, to) => isTool(file.path) && to.startsWith('src/') && roomOf(to) !== 'cli'),
    ).toEqual([]);
    expect(findImports((_file, to) => isTool(to))).toEqual([]);
  });

  it('imports files that exist', () => {
    const known = new Set(files.map(({ path }) => path));
    expect(findImports((_file, to) => /^(src|tools|\.\.)\//.test(to) && !known.has(to))).toEqual([]);
  });

  it('has each package in the hands of its owner', () => {
    expect(findImports(({ path }, to) => OWNERS[to]?.test(path) === false)).toEqual([]);
  });

  it('takes into each room only the packages that it is for', () => {
    const isPackage = (name: string) => !name.startsWith('node:') && !/^(src|tools)\//.test(name);
    expect(
      findImports(({ path }, to) => isPackage(to) && !(PACKAGES[roomOf(path) ?? ''] ?? []).includes(to)),
    ).toEqual([]);
  });

  it('has no two files that import each other, not even by way of others', () => {
    const graph = new Map(files.map(({ path, imports }) => [path, imports]));
    expect(findCycle(graph)).toEqual([]);
    expect(
      findCycle(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['b']],
        ]),
      ),
    ).toEqual(['b', 'c', 'b']);
  });
});

/** The files of a cycle, or none. */
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
