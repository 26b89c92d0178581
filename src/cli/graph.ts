// contextd graph: prints the transitions of a context file as Mermaid, DOT or JSON.

import { EXIT } from '../base/errors.js';
import type { ContextConfiguration } from '../model/context.js';
import { toDot, toMermaid } from '../model/draw-graph.js';
import { readGraph } from '../model/graph.js';
import { readContextFile } from '../model/read/read-context.js';
import { defineCommand } from './arguments/command.js';
import { invalidValue } from './arguments/usage-errors.js';
import { chooseContextFile } from './request/context-files.js';
import type { Terminal } from './terminal/terminal.js';

const FORMATS: Readonly<Record<string, (configuration: ContextConfiguration) => string>> = {
  mermaid: toMermaid,
  dot: toDot,
  json: (configuration) => `${JSON.stringify(readGraph(configuration), undefined, 2)}\n`,
};
export const GRAPH_FORMATS: readonly string[] = ['mermaid', 'dot'];

export const graph = defineCommand({
  name: 'contextd graph',
  summary: 'Print the transitions of a context file as a graph.',
  positionals: '[file]',
  values: { _: 'files' },
  options: {
    format: { choices: GRAPH_FORMATS, default: 'mermaid', describe: 'Language of the graph' },
    json: { type: 'boolean', default: false, describe: 'Print nodes and edges as JSON' },
  },
  examples: [
    ['$0', 'Print the graph of the only context file of this folder'],
    ['$0 conf/Context-EchoAction.xml --format=dot', 'Print the graph for Graphviz'],
  ],
  run: async ({ format, json, ...args }: Arguments, terminal) => {
    const { configuration } = await readContextFile(await chooseContextFile('contextd graph', args._));
    return drawGraph(json ? 'json' : format, configuration, terminal);
  },
});

interface Arguments {
  readonly _?: readonly (string | number)[];
  readonly format: string;
  readonly json: boolean;
}

/** A blank format is the first one. Throws CLI_USAGE for an unknown one. */
export function drawGraph(format: string, configuration: ContextConfiguration, terminal: Terminal): number {
  const draw = format === '' ? toMermaid : Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (draw === undefined) throw invalidValue('graph', format, `allowed values: ${GRAPH_FORMATS.join(', ')}`);
  terminal.out(draw(configuration));
  return EXIT.done;
}
