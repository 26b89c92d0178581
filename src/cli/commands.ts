// The commands of contextd by name. Each is loaded only when it is called.

import { asContextdError, ContextdError, EXIT } from '../base/errors.js';
import type { Command } from './arguments/command.js';

const COMMANDS: Readonly<
  Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>
> = {
  init: {
    summary: 'create a project folder, ready to run',
    load: async () => (await import('./init.js')).init,
  },
  create_service: {
    summary: 'generate the code of a service and add it to its context',
    load: async () => (await import('./create-service.js')).createService,
  },
  service_context: {
    summary: 'run the provider of a context',
    load: async () => (await import('./service-context.js')).serviceContext,
  },
  conf_command: {
    summary: 'control and inspect the services of a running provider',
    load: async () => (await import('./conf-command.js')).confCommand,
  },
  context_display: {
    summary: 'print the messages of the bus as they happen',
    load: async () => (await import('./context-display.js')).contextDisplay,
  },
  keys: {
    summary: 'create and show key pairs of secured providers and their clients',
    load: async () => (await import('./keys.js')).keys,
  },
};

/** Runs the command line `NAME ARGUMENTS...` and sets the exit code of the process. */
export async function runNamed(argv: readonly string[]): Promise<void> {
  // Before any other module is loaded, so that stack traces name lines of the source.
  if (argv.includes('--debug')) process.setSourceMapsEnabled(true);
  if (!hasCurrentFolder()) return;
  const { runProgram, printError } = await import('./run.js');
  const { ProcessTerminal } = await import('./terminal/process-terminal.js');
  const [name = '', ...rest] = argv;
  const command = find(name);
  if (command !== undefined) {
    await runProgram(await command.load(), rest);
    return;
  }
  let text: string | undefined;
  try {
    text = await informationFor(argv);
    if (text === undefined) throw await unknownCommand(name);
  } catch (error) {
    process.exitCode = printError(asContextdError(error), false, new ProcessTerminal());
    return;
  }
  new ProcessTerminal().out(text);
  if (name === '') process.exitCode = EXIT.usage;
}

/** Prints an error and sets exit code 1 if the current folder was removed. Must run before yargs is loaded, which reads it on import. */
function hasCurrentFolder(): boolean {
  try {
    process.cwd();
    return true;
  } catch (cause) {
    const { code, message, hint, exitCode } = asContextdError(cause);
    process.stderr.write(`error ${code}: ${message}\n  hint: ${hint ?? ''}\n`);
    process.exitCode = exitCode;
    return false;
  }
}

async function unknownCommand(name: string): Promise<ContextdError> {
  const { didYouMean } = await import('../base/suggest.js');
  const names = Object.keys(COMMANDS);
  return new ContextdError('CLI_USAGE', `unknown command "${name}"`, {
    hint: didYouMean(name, names) ?? `commands: ${names.join(', ')}`,
  });
}

function find(name: string) {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
}

/** The text for --help, --version and shell completion; undefined for any other word. */
async function informationFor(argv: readonly string[]): Promise<string | undefined> {
  const { COMPLETE_FLAG, PRINT_SCRIPT, typedWords } = await import('./completion.js');
  const [name, shell] = argv;
  if (name === undefined || ['--help', '-h', 'help'].includes(name)) return usage();
  if (['--version', '-v', 'version'].includes(name)) {
    const { ownManifest } = await import('../base/package.js');
    return `${ownManifest().version}\n`;
  }
  if (name === PRINT_SCRIPT) {
    const { completionScript } = await import('./completion-script.js');
    return `${completionScript('contextd', shell)}\n`;
  }
  const [first = '', ...rest] = typedWords(argv) ?? [COMPLETE_FLAG];
  if (first === COMPLETE_FLAG) return undefined;
  const command = find(first);
  if (command === undefined || rest.length === 0)
    return `${[...Object.keys(COMMANDS), '--help', '--version'].join('\n')}\n`;
  const { runProgram } = await import('./run.js');
  await runProgram(await command.load(), [COMPLETE_FLAG, first, ...rest]);
  return '';
}

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(16)}  ${summary}`);
  return [
    `contextd COMMAND [options]\n\n${lines.join('\n')}\n\n`,
    "'contextd COMMAND --help' shows the flags of a command. All commands except init and keys are also programs.\n",
    "'contextd completion' prints a completion script for bash, zsh or fish.\n",
  ].join('');
}
