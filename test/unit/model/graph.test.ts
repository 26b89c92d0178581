import { describe, expect, it } from 'vitest';
import { toDot, toMermaid } from '../../../src/model/draw-graph.js';
import { findCycles, formatCycle, MAX_CYCLES, reachableFrom, readGraph } from '../../../src/model/graph.js';
import { readContext } from '../../../src/model/read/read-context.js';
import { contextText, serviceText } from './sample-files.js';

const edges = (text: string) =>
  text.split(' ').flatMap((chain) => {
    const ids = chain.split('>');
    return ids.slice(1).map((to, index) => ({ from: ids[index]!, to }));
  });

const exit = (call: string, type = 'on_start') =>
  `<state type="${type}"><on_exit><action>start</action><call>${call}</call></on_exit></state>`;
const sample = readContext(
  contextText(
    serviceText({ id: 'ts.1', state: exit('ts.2 ts:3') }) +
      serviceText({ id: 'ts.2', state: '<state type="on_update"/>' }) +
      serviceText({ id: 'ts:3', state: '<state type="on_fail"/>' }),
  ),
  '/c.xml',
).configuration;

describe('findCycles', () => {
  it.each([
    ['no edges', '', []],
    ['a chain', 'a>b>c', []],
    ['a diamond', 'a>b>d a>c>d', []],
    ['a service that calls itself', 'a>a', ['a -> a']],
    ['two that call each other', 'a>b>a', ['a -> b -> a']],
    ['a loop behind a chain', 'a>b>c>d>b', ['b -> c -> d -> b']],
    ['two loops apart', 'a>b>a c>d>c', ['a -> b -> a', 'c -> d -> c']],
    ['two loops that share a service', 'a>b>a b>c>b', ['a -> b -> a', 'b -> c -> b']],
    ['the shortest of two ways back', 'a>b>c>a b>a', ['a -> b -> a', 'b -> c -> a -> b']],
    ['an edge that is there twice', 'a>b>a a>b', ['a -> b -> a']],
  ])('finds the loops of %s', (_title, text, expected) => {
    expect(findCycles(edges(text)).map(formatCycle)).toEqual(expected);
  });

  it('returns few loops quickly if every service calls every service', () => {
    const ids = Array.from({ length: 300 }, (_, index) => `ts_${index}`);
    const all = ids.flatMap((from) => ids.map((to) => ({ from, to })));
    expect(findCycles(all)).toHaveLength(MAX_CYCLES);
  });

  it('follows a chain of 50,000 services without a stack overflow', () => {
    const chain = Array.from({ length: 50_000 }, (_, index) => ({ from: `${index}`, to: `${index + 1}` }));
    expect(findCycles(chain)).toEqual([]);
    expect(reachableFrom(['0'], chain).size).toBe(50_001);
  });
});

describe('readGraph', () => {
  it('has a node for each service and an edge for each target', () => {
    expect(readGraph(sample)).toEqual({
      nodes: [
        { id: 'ts.1', instance: 'Echo', isEntry: true },
        { id: 'ts.2', instance: 'Echo', isEntry: false },
        { id: 'ts:3', instance: 'Echo', isEntry: false },
      ],
      edges: [
        { from: 'ts.1', to: 'ts.2', trigger: 'on_exit', action: 'start' },
        { from: 'ts.1', to: 'ts:3', trigger: 'on_exit', action: 'start' },
      ],
    });
  });
});

describe('the drawings', () => {
  it('Mermaid', () => {
    expect(toMermaid(sample)).toMatchInlineSnapshot(`
      "flowchart LR
        n0["ts.1<br/>Echo"]
        n1("ts.2<br/>Echo")
        n2("ts:3<br/>Echo")
        n0 -->|"on_exit: start"| n1
        n0 -->|"on_exit: start"| n2
      "
    `);
  });

  it('DOT', () => {
    expect(toDot(sample)).toMatchInlineSnapshot(`
      "digraph transitions {
        rankdir=LR;
        node [shape=box];
        "ts.1" [label="ts.1\\nEcho", style=solid];
        "ts.2" [label="ts.2\\nEcho", style=dashed];
        "ts:3" [label="ts:3\\nEcho", style=dashed];
        "ts.1" -> "ts.2" [label="on_exit: start"];
        "ts.1" -> "ts:3" [label="on_exit: start"];
      }
      "
    `);
  });

  it('escape special characters of ids and instances', () => {
    const [first] = sample.TaskService;
    const odd = { ...sample, TaskService: [{ ...first!, instance: 'A"]\\\n-->|"x"|' }] };
    expect(toDot(odd)).toContain('label="ts.1\\nA\\"]\\\\\\n-->|\\"x\\"|"');
    expect(toMermaid(odd)).toContain('["ts.1<br/>A#34;#93;#92;#10;--#62;#124;#34;x#34;#124;"]');
  });
});
