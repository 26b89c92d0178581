// The commands by name; each is loaded when it is called, so that one does not pay for another.

import { ContextdError, EXIT } from '../base/errors.js';
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
  const { processTerminal, runProgram, tellError } = await import('./run.js');
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === 'help') {
    processTerminal().out(usage());
    process.exitCode = name === undefined ? EXIT.usage : EXIT.done;
    return;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) {
    await runProgram(await command.load(), rest);
    return;
  }
  const error = new ContextdError('CLI_USAGE', `there is no command "${name}"`, {
    hint: `commands are ${Object.keys(COMMANDS).join(', ')}`,
  });
  process.exitCode = tellError(error, false, processTerminal());
}

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(16)}  ${summary}`);
  return `contextd COMMAND [options]\n\n${lines.join('\n')}\n\n'contextd COMMAND --help' says more; all but init and keys are also programs of their own.\n`;
}
