// The commands of contextd by name. Each is loaded only when it is called.

import { asContextdError, ContextdError, EXIT } from '../base/errors.js';
import { BY_ACTION, PROGRAMS } from './action-commands.js';
import type { CommandEntry } from './arguments/command.js';
import { OWN_COMMANDS } from './own-commands.js';

export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  ...OWN_COMMANDS,
  ...BY_ACTION,
  ...PROGRAMS,
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
  if (name === undefined || ['--help', '-h', 'help'].includes(name)) return await usage();
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

async function usage(): Promise<string> {
  const { formatTable } = await import('./show/table.js');
  const list = (title: string, commands: Readonly<Record<string, CommandEntry>>) => {
    const rows = Object.entries(commands).map(([name, { summary }]) => [name, summary]);
    const lines = formatTable([{ width: 16 }, {}], rows, { paint: (text) => text, indent: '  ' });
    return `${title}:\n${lines.join('\n')}\n\n`;
  };
  return [
    'contextd COMMAND [options]\n\n',
    list('Projects and contexts', OWN_COMMANDS),
    list('Actions of a running provider, also conf_command --action=NAME', BY_ACTION),
    list('Programs', PROGRAMS),
    "'contextd COMMAND --help' shows the flags of a command and examples.\n",
    "'contextd completion' prints a completion script for bash, zsh or fish.\n",
    'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 provider not reached, 4 no reply in time.\n',
  ].join('');
}
