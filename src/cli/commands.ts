// The commands by name; each is loaded when it is called, so that one does not pay for another.

import { asContextdError, ContextdError, EXIT } from '../base/errors.js';
import type { Command } from './command.js';

const COMMANDS: Readonly<
  Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>
> = {
  init: {
    summary: 'make the folder of a new project, ready to run',
    load: async () => (await import('./init.js')).init,
  },
  create_service: {
    summary: 'write the skeleton of a service and its context',
    load: async () => (await import('./create-service.js')).createService,
  },
  service_context: {
    summary: 'run a context',
    load: async () => (await import('./service-context.js')).serviceContext,
  },
  conf_command: {
    summary: 'start, stop, restart and question services',
    load: async () => (await import('./conf-command.js')).confCommand,
  },
  context_display: {
    summary: 'follow the bus',
    load: async () => (await import('./context-display.js')).contextDisplay,
  },
  keys: {
    summary: 'make and show the keys of secured providers and their clients',
    load: async () => (await import('./keys.js')).keys,
  },
};

/** Runs `NAME ARGUMENTS...` as a program. */
export async function runNamed(argv: readonly string[]): Promise<void> {
  // Before anything else is loaded: a stack then names the lines of the source.
  if (argv.includes('--debug')) process.setSourceMapsEnabled(true);
  if (!hasCurrentFolder()) return;
  const { runProgram, printError: tellError } = await import('./run.js');
  const { ProcessTerminal } = await import('./terminal/process-terminal.js');
  const [name = '', ...rest] = argv;
  const command = find(name);
  if (command !== undefined) {
    await runProgram(await command.load(), rest);
    return;
  }
  let text: string | undefined;
  try {
    text = await answer(argv);
    if (text === undefined) throw await unknownCommand(name);
  } catch (error) {
    process.exitCode = tellError(asContextdError(error), false, new ProcessTerminal());
    return;
  }
  new ProcessTerminal().out(text);
  if (name === '') process.exitCode = EXIT.usage;
}

/** Before the parser of arguments is loaded, which needs that folder at once; without it says so, with exit code 1. */
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
  return new ContextdError('CLI_USAGE', `there is no command "${name}"`, {
    hint: didYouMean(name, names) ?? `commands are ${names.join(', ')}`,
  });
}

function find(name: string) {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
}

/** What is said when no command is named; undefined if something else is. */
async function answer(argv: readonly string[]): Promise<string | undefined> {
  const { ASK, askedWords, PRINT_SCRIPT } = await import('./completion.js');
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
  const [first = '', ...rest] = askedWords(argv) ?? [ASK];
  if (first === ASK) return undefined;
  const command = find(first);
  if (command === undefined || rest.length === 0)
    return `${[...Object.keys(COMMANDS), '--help', '--version'].join('\n')}\n`;
  const { runProgram } = await import('./run.js');
  await runProgram(await command.load(), [ASK, first, ...rest]);
  return '';
}

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(16)}  ${summary}`);
  return [
    `contextd COMMAND [options]\n\n${lines.join('\n')}\n\n`,
    "'contextd COMMAND --help' says more; all but init and keys are also programs of their own.\n",
    "'contextd completion' prints a script for the completion of bash, zsh and fish.\n",
  ].join('');
}
