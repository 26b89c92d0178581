// service_context: loads a context file and runs its provider until a signal ends it.

import { readContextFile } from '../model/read/read-context.js';
import { printCheck } from './check.js';
import { defineCommand } from './arguments/command.js';
import { rejectIgnored, type FlagRule } from './arguments/flag-rules.js';
import { checkTransaction, PROVIDER_OPTIONS, resolveRoots } from './arguments/provider-options.js';
import { usageError } from './arguments/usage-errors.js';
import { drawGraph, GRAPH_FORMATS } from './graph.js';
import { runProvider, type RunArguments } from './run-provider.js';
import type { Terminal } from './terminal/terminal.js';

const { service_root, insecure, log_level, ...transaction } = PROVIDER_OPTIONS;

export const serviceContext = defineCommand({
  name: 'service_context',
  summary: 'Run the provider of a context: its forwarder, and its services once they are started.',
  positionals: '<file>',
  values: { _: 'files', service_root: 'files', console_log: 'files', graph: GRAPH_FORMATS },
  options: {
    start: { type: 'boolean', default: false, describe: 'Start a transaction immediately' },
    ...transaction,
    service_root,
    check: {
      type: 'boolean',
      default: false,
      describe: 'Only check the file and print its errors and warnings',
    },
    graph: {
      type: 'string',
      requiresArg: false,
      describe: "Only print the transition graph: 'mermaid' (default) or 'dot'",
    },
    insecure,
    log_level,
    console_log: {
      type: 'string',
      describe: 'Write the console to this file, which is rotated, instead of the terminal',
    },
    json: { type: 'boolean', default: false, describe: 'Print one JSON object per line' },
  },
  examples: [
    ['$0 conf/Context-EchoAction.xml', 'Wait for commands from conf_command'],
    ['$0 conf/Context-EchoAction.xml --start', 'Start the services immediately'],
    ['$0 conf/Context-EchoAction.xml --graph=dot', 'Print the transition graph for Graphviz'],
  ],
  check: rejectIgnoredFlags,
  run,
});

interface Arguments extends RunArguments {
  readonly check: boolean;
  readonly graph: string | undefined;
}

const RULES: readonly FlagRule<Arguments>[] = [
  {
    flags: ['start', 'transaction', 'detach_on_exit', 'insecure', 'log_level', 'console_log', 'json'],
    condition: 'without --check and --graph',
    applies: ({ check, graph }) => !check && graph === undefined,
  },
  {
    flags: ['check', 'service_root'],
    condition: 'without --graph',
    applies: ({ graph }) => graph === undefined,
  },
  { flags: ['transaction'], condition: 'with --start', applies: ({ start }) => start },
];

function rejectIgnoredFlags(args: Arguments, given: ReadonlySet<string>): void {
  rejectIgnored(RULES, args, given);
}

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  checkTransaction(args.transaction);
  const file = await readContextFile(fileOf(args));
  if (args.graph !== undefined) return drawGraph(args.graph, file.configuration, terminal);
  if (args.check) return printCheck(file, resolveRoots(args), terminal);
  return await runProvider(args, file, terminal);
}

function fileOf(args: Arguments): string {
  const [file, ...more] = args._ ?? [];
  if (file !== undefined && more.length === 0) return String(file);
  const message =
    file === undefined
      ? 'no context file is given'
      : `more than one context file is given: ${[file, ...more].join(', ')}`;
  throw usageError(
    message,
    'pass one, such as service_context conf/Context-NAME.xml; send further contexts to the provider with conf_command --context_file',
  );
}
