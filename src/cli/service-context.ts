// service_context: loads a context file and runs its provider until a signal ends it.

import { resolve } from 'node:path';
import { EXIT } from '../base/errors.js';
import { ID_RULE, isId } from '../base/ids.js';
import { LOG_LEVELS, type LogLevel } from '../base/logger.js';
import type { ContextConfiguration } from '../model/context.js';
import { toDot, toMermaid } from '../model/draw-graph.js';
import { readContextFile, type ContextFile } from '../model/read/read-context.js';
import { findMissingCode } from '../launcher/find-missing-code.js';
import { Provider } from '../provider/provider.js';
import { defineCommand } from './arguments/command.js';
import type { Terminal } from './terminal/terminal.js';
import { createConsole } from './console.js';
import { rejectIgnored, type FlagRule } from './arguments/flag-rules.js';
import { invalidValue, usageError } from './arguments/usage-errors.js';

const GRAPHS: Readonly<Record<string, (configuration: ContextConfiguration) => string>> = {
  mermaid: toMermaid,
  dot: toDot,
};

export const serviceContext = defineCommand({
  name: 'service_context',
  summary: 'Run the provider of a context: its forwarder, and its services once they are started.',
  positionals: '<file>',
  values: { _: 'files', service_root: 'files', graph: Object.keys(GRAPHS) },
  options: {
    start: { type: 'boolean', default: false, describe: 'Start a transaction immediately' },
    transaction: { type: 'string', describe: 'With --start: id of the transaction (default: a new one)' },
    detach_on_exit: {
      type: 'boolean',
      default: false,
      alias: 'detach-on-exit',
      describe: 'On Ctrl-C, leave the services running for the next provider of this context',
    },
    service_root: {
      type: 'string',
      array: true,
      default: [] as string[],
      describe: 'Additional folder that services may be loaded from',
    },
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
    insecure: {
      type: 'boolean',
      default: false,
      describe: 'Allow endpoints that other machines can reach without <Security>',
    },
    log_level: { choices: LOG_LEVELS, default: 'info', describe: 'Lowest level to print' },
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

interface Arguments {
  readonly _?: readonly (string | number)[];
  readonly start: boolean;
  readonly transaction: string | undefined;
  readonly detach_on_exit: boolean;
  readonly service_root: readonly string[];
  readonly check: boolean;
  readonly graph: string | undefined;
  readonly insecure: boolean;
  readonly log_level: LogLevel;
  readonly json: boolean;
}

const RULES: readonly FlagRule<Arguments>[] = [
  {
    flags: ['start', 'transaction', 'detach_on_exit', 'insecure', 'log_level', 'json'],
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
  if (args.check) return printCheck(file, rootsOf(args), terminal);
  return await runProvider(args, file, terminal);
}

async function runProvider(args: Arguments, file: ContextFile, terminal: Terminal): Promise<number> {
  const show = createConsole(terminal, { json: args.json, level: args.log_level });
  for (const { line, column, message } of file.warnings) {
    show({ kind: 'warning', text: `${file.path}:${line}:${column}: ${message}` });
  }
  const provider = await Provider.open({
    file,
    serviceRoots: rootsOf(args),
    insecure: args.insecure,
    notice: show,
  });
  closeOnSignal(provider, terminal, args.detach_on_exit);
  if (args.start) await start(provider, file, args.transaction);
  await provider.closed;
  return EXIT.done;
}

/** Does nothing if services of an earlier provider were adopted: they must not be started twice. */
async function start(provider: Provider, file: ContextFile, wanted = ''): Promise<void> {
  const { ContextID: contextId } = file.configuration;
  const taken = provider.taken.filter((each) => each.contextId === contextId);
  const known = wanted === '' ? taken : taken.filter(({ transaction }) => transaction === wanted);
  if (known.some(({ adopted }) => adopted > 0)) return;
  await provider.execute('start', known[0]?.transaction ?? wanted);
}

/** The first signal stops all services, or detaches from them; a second one kills them. */
function closeOnSignal(provider: Provider, terminal: Terminal, isDetaching: boolean): void {
  const close = () => void (isDetaching ? provider.detach() : provider.close());
  const kill = () => provider.kill();
  if (terminal.signal.aborted) close();
  terminal.signal.addEventListener('abort', close, { once: true });
  terminal.kill.addEventListener('abort', kill, { once: true });
}

/** Errors have already been thrown while reading the file; only warnings are left. */
function printCheck(file: ContextFile, serviceRoots: readonly string[], terminal: Terminal): number {
  const { path, configuration } = file;
  const warnings = [
    ...file.warnings.map(({ line, column, message }) => `${path}:${line}:${column}: warning: ${message}`),
    // Only warnings: the code may exist on the machine that runs the file.
    ...findMissingCode(file, serviceRoots).map((text) => `${path}: warning: ${text}`),
  ];
  for (const warning of warnings) terminal.out(`${warning}\n`);
  const services = count(configuration.TaskService, 'task service');
  terminal.out(`${path} is valid: ${services}, ${count(warnings, 'warning')}\n`);
  return EXIT.done;
}

function rootsOf({ service_root: roots }: Arguments): readonly string[] {
  return roots.map((root) => resolve(root));
}

function count({ length }: readonly unknown[], what: string): string {
  return `${length} ${what}${length === 1 ? '' : 's'}`;
}

function drawGraph(format: string, configuration: ContextConfiguration, terminal: Terminal): number {
  const draw = format === '' ? toMermaid : Object.hasOwn(GRAPHS, format) ? GRAPHS[format] : undefined;
  if (draw === undefined) {
    throw invalidValue('graph', format, `allowed values: ${Object.keys(GRAPHS).join(', ')}`);
  }
  terminal.out(draw(configuration));
  return EXIT.done;
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

function checkTransaction(text: string | undefined): void {
  if (text === undefined || text === '' || isId(text)) return;
  throw invalidValue('transaction', text, `an id consists of ${ID_RULE}`);
}
