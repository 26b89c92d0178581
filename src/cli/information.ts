// What contextd prints without a command: its help, its version, and words for shell completion.

import { ContextdError } from '../base/errors.js';
import { ownManifest } from '../base/package.js';
import { didYouMean } from '../base/suggest.js';
import type { CommandEntry } from './arguments/command.js';
import { ACTION_COMMANDS, COMMANDS, findCommand, OWN_COMMANDS, PROGRAMS } from './command-list.js';
import { completionScript } from './completion-script.js';
import { COMPLETE_FLAG, PRINT_SCRIPT, typedWords } from './completion.js';
import { runProgram } from './run.js';
import { formatTable } from './show/table.js';

/** The text for --help, --version and shell completion. Throws CLI_USAGE for any other word. */
export async function informationFor(argv: readonly string[]): Promise<string> {
  const [name, shell] = argv;
  if (name === undefined || ['--help', '-h', 'help'].includes(name)) return usage();
  if (['--version', '-v', 'version'].includes(name)) return `${ownManifest().version}\n`;
  if (name === PRINT_SCRIPT) return `${completionScript('contextd', shell)}\n`;
  const [first = '', ...rest] = typedWords(argv) ?? [COMPLETE_FLAG];
  if (first === COMPLETE_FLAG) throw unknownCommand(name);
  const command = findCommand(first);
  if (command === undefined || rest.length === 0)
    return `${[...Object.keys(COMMANDS), '--help', '--version'].join('\n')}\n`;
  await runProgram(await command.load(), [COMPLETE_FLAG, first, ...rest]);
  return '';
}

function unknownCommand(name: string): ContextdError {
  const names = Object.keys(COMMANDS);
  return new ContextdError('CLI_USAGE', `unknown command "${name}"`, {
    hint: didYouMean(name, names) ?? `commands: ${names.join(', ')}`,
  });
}

function usage(): string {
  return [
    'contextd COMMAND [options]\n\n',
    list('Projects and contexts', OWN_COMMANDS),
    list('Actions of a running provider, also conf_command --action=NAME', ACTION_COMMANDS),
    list('Programs', PROGRAMS),
    "'contextd COMMAND --help' shows the flags of a command and examples.\n",
    "'contextd completion' prints a completion script for bash, zsh or fish.\n",
    'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 provider not reached, 4 no reply in time.\n',
  ].join('');
}

function list(title: string, commands: Readonly<Record<string, CommandEntry>>): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => [name, summary]);
  const lines = formatTable([{ width: 16 }, {}], rows, { paint: (text) => text, indent: '  ' });
  return `${title}:\n${lines.join('\n')}\n\n`;
}
