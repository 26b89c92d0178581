// Runs a command as a program: arguments in, text out, errors as message and hint, exit code.

import { writeSync } from 'node:fs';
import yargs from 'yargs';
import { asContextdError, EXIT, type ContextdError } from '../base/errors.js';
import { exitOnUncaughtError } from '../base/fatal.js';
import { ownManifest } from '../base/package.js';
import type { Command, CommandOptions } from './arguments/command.js';
import type { Terminal } from './terminal/terminal.js';
import { checkArguments, givenOptions, usageFault } from './arguments/check-arguments.js';
import { completionScript } from './completion-script.js';
import { completeWords, PRINT_SCRIPT, typedWords } from './completion.js';
import { ProcessTerminal } from './terminal/process-terminal.js';

export { ProcessTerminal };

/** Written to synchronously, because the process ends immediately afterwards. */
const STDERR = 2;

/** Runs `command` with the arguments of the process and ends the process with its exit code. */
export async function runProgram<O extends CommandOptions>(
  command: Command<O>,
  argv: readonly string[] = process.argv.slice(2),
): Promise<void> {
  exitOnUncaughtError((line) => writeSync(STDERR, `${line}\n`));
  const terminal = new ProcessTerminal();
  await terminal.end(await runCommand(command, argv, terminal));
}

/** Parses `argv`, runs the command and prints any error; returns the exit code. */
export async function runCommand<O extends CommandOptions>(
  command: Command<O>,
  argv: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const debug = argv.includes('--debug');
  try {
    return await parseAndRun(command, argv, terminal);
  } catch (error) {
    return printError(asContextdError(error), debug, terminal);
  }
}

/** Prints message and hint (with --debug also stack and cause) and returns the exit code. */
export function printError(error: ContextdError, debug: boolean, terminal: Terminal): number {
  terminal.err(`error ${error.code}: ${error.message}\n`);
  if (error.hint !== undefined) terminal.err(`  hint: ${error.hint}\n`);
  if (debug) terminal.err(`${describeStack(error)}\n`);
  return error.exitCode;
}

async function parseAndRun<O extends CommandOptions>(
  command: Command<O>,
  argv: readonly string[],
  terminal: Terminal,
): Promise<number> {
  if (argv[0] === PRINT_SCRIPT && isProgram(command)) {
    terminal.out(`${completionScript(command.name, argv[1])}\n`);
    return EXIT.done;
  }
  const words = typedWords(argv);
  if (words !== undefined) {
    terminal.out((await completeWords(command as never, words)).map((word) => `${word}\n`).join(''));
    return EXIT.done;
  }
  let output = '';
  let fault: string | undefined;
  const parser = buildParser(command, terminal.columns).fail(
    (message: string | null, error: Error | undefined) => {
      fault ??= message ?? error?.message ?? 'the arguments cannot be parsed';
    },
  );
  const args = await parser.parseAsync([...argv], {}, (_error: unknown, _argv: unknown, text: string) => {
    output = text;
  });
  // --help and --version work without the required arguments.
  if (output !== '') {
    terminal.out(`${output}\n`);
    return EXIT.done;
  }
  checkArguments(command, argv, args);
  if (fault !== undefined) throw usageFault(command, fault);
  const taken = takeLast(command.options, args) as never;
  command.check?.(taken, givenOptions(command, argv));
  return await command.run(taken, terminal);
}

/** Width of the help; less on a narrower terminal. */
const HELP_COLUMNS = 100;

function buildParser<O extends CommandOptions>(command: Command<O>, columns = HELP_COLUMNS) {
  const parser = yargs([])
    .scriptName(command.name)
    .usage(`${`$0 ${command.positionals}`.trim()} [options]\n\n${command.summary}`)
    .options(command.options)
    .option('debug', { type: 'boolean', default: false, describe: 'Print the stack trace of an error' })
    .parserConfiguration({
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-positional-numbers': false,
    })
    .exitProcess(false)
    .showHelpOnFail(false)
    .wrap(Math.min(columns, HELP_COLUMNS))
    .version(ownManifest().version)
    .alias('version', 'v')
    .help()
    .alias('help', 'h');
  if (isProgram(command))
    parser.epilogue(`'${command.name} ${PRINT_SCRIPT}' prints a completion script for bash, zsh or fish.`);
  return command.examples.reduce((built, [line, what]) => built.example(line, what), parser);
}

function isProgram({ name }: { readonly name: string }): boolean {
  return !name.includes(' ');
}

/** The last value of a repeated option counts, unless it is a list. */
function takeLast(options: CommandOptions, args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(args).map(([name, value]) => {
    const isRepeated = Array.isArray(value) && name !== '_' && options[name]?.array !== true;
    return [name, isRepeated ? (value.at(-1) as unknown) : value] as const;
  });
  return Object.fromEntries(entries);
}

function describeStack(error: ContextdError): string {
  const own = error.stack ?? '';
  return error.cause instanceof Error ? `${own}\ncaused by ${error.cause.stack ?? error.cause.message}` : own;
}
