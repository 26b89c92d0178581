// contextd up: runs the provider of a context with a transaction, on this terminal or in the background.

import { relative } from 'node:path';
import { EXIT } from '../base/errors.js';
import type { RegistryEntry } from '../bus/registry.js';
import { readContextFile } from '../model/read/read-context.js';
import { defineCommand } from './arguments/command.js';
import { checkTransaction, PROVIDER_OPTIONS, type ProviderArguments } from './arguments/provider-options.js';
import { runInBackground } from './background.js';
import { chooseContextFile } from './request/context-files.js';
import { findRunning } from './request/find-running.js';
import { runProvider } from './run-provider.js';
import type { Terminal } from './terminal/terminal.js';

export const up = defineCommand({
  name: 'contextd up',
  summary: 'Run the provider of a context and start its services, on this terminal or in the background.',
  positionals: '[file]',
  values: { _: 'files', service_root: 'files' },
  options: {
    detach: {
      type: 'boolean',
      default: false,
      alias: 'd',
      describe: 'Run in the background; return when the services have started',
    },
    ...PROVIDER_OPTIONS,
    transaction: { type: 'string', describe: 'Id of the transaction (default: a new one)' },
    json: { type: 'boolean', default: false, describe: 'Print JSON: a line per notice, or the result of -d' },
  },
  examples: [
    ['$0', 'Run the only context file of this folder; Ctrl-C stops it'],
    ['$0 -d', "Run it in the background; 'contextd down' stops it"],
    ['$0 conf/Context-EchoAction.xml -d', 'Run this context in the background'],
  ],
  run,
});

interface Arguments extends ProviderArguments {
  readonly detach: boolean;
}

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  checkTransaction(args.transaction);
  const path = await chooseContextFile('contextd up', args._);
  const file = await readContextFile(path);
  const running = await findRunning(file.path);
  if (running !== undefined) return reportRunning(running, path, args, terminal);
  if (!args.detach) {
    return await runProvider({ ...args, start: true }, file, terminal);
  }
  return await runInBackground(args, file, terminal);
}

function reportRunning(
  { pid, contextId, contextFile, consoleLog }: RegistryEntry,
  path: string,
  { json }: Arguments,
  terminal: Terminal,
): number {
  if (json) {
    const entry = {
      was_running: true,
      pid,
      context_id: contextId,
      context_file: contextFile,
      log: consoleLog,
    };
    terminal.out(`${JSON.stringify(entry)}\n`);
  } else {
    terminal.out(`${relative('', path)} already runs: provider pid ${pid}; nothing was changed\n`);
    terminal.out("'contextd ps' shows its services, 'contextd reload' applies changes of the file\n");
  }
  return EXIT.done;
}
