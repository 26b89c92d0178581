// The commands by name; each is loaded when it is called, so that one does not pay for another.

import { ContextdError, EXIT } from '../base/errors.js';
import type { Command } from './command.js';
import { processTerminal, runProgram, tellError } from './run.js';

const COMMANDS: Readonly<
  Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>
> = {
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

/** Runs `contextd NAME ARGUMENTS...`. */
export async function runNamed(argv: readonly string[]): Promise<void> {
  const [name, ...rest] = argv;
  const terminal = processTerminal();
  if (name === undefined || name === '--help' || name === 'help') {
    terminal.out(usage());
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
  process.exitCode = tellError(error, false, terminal);
}

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(16)}  ${summary}`);
  return `contextd COMMAND [options]\n\n${lines.join('\n')}\n\n'contextd COMMAND --help' says more; each is also a program of its own.\n`;
}
