// contextd attach: shows the console of a provider in the background until Ctrl-C, or until it ends.

import { ContextdError, EXIT } from '../base/errors.js';
import { findProvider, type FoundProvider } from '../client/find-provider.js';
import { readLog } from '../client/read-log.js';
import { defineCommand } from './arguments/command.js';
import { CONNECTION_OPTIONS } from './arguments/conf-options.js';
import { awaitEnd, processOf } from './request/await-end.js';
import { findContextFiles } from './request/context-files.js';
import { readHints } from './request/connect.js';
import type { Terminal } from './terminal/terminal.js';

const { endpoint, context_file } = CONNECTION_OPTIONS;

export const attach = defineCommand({
  name: 'contextd attach',
  summary: 'Show the console of a provider in the background. Ctrl-C ends only the display.',
  positionals: '',
  values: { context_file: 'files' },
  options: {
    lines: { type: 'number', default: 20, describe: 'How many of the last lines to print first' },
    endpoint,
    context_file,
    json: { type: 'boolean', default: false, describe: 'Print one JSON object per line' },
  },
  examples: [
    ['$0', 'Show what the provider of this folder prints'],
    ['$0 --lines=200', 'Begin with its last 200 lines'],
  ],
  run,
});

interface Arguments {
  readonly lines: number;
  readonly endpoint: string | undefined;
  readonly context_file: string | undefined;
  readonly json: boolean;
}

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const { hints } = await readHints({ ...args, sub_endpoint: undefined }, await findContextFiles());
  const provider = await findProvider(hints);
  const path = logOf(provider);
  const ended = new AbortController();
  const stop = AbortSignal.any([terminal.signal, terminal.closed]);
  const process = processOf(provider.pid);
  const watching = process === undefined ? Promise.resolve(true) : awaitEnd(process, stop);
  void watching.then((hasEnded) => (hasEnded ? ended.abort() : undefined));
  if (!args.json) terminal.err(`provider pid ${provider.pid ?? 0}; Ctrl-C ends only this display\n`);
  for await (const line of readLog(path, {
    lines: args.lines,
    follow: AbortSignal.any([stop, ended.signal]),
  })) {
    terminal.out(args.json ? `${JSON.stringify({ line })}\n` : `${line}\n`);
  }
  if (ended.signal.aborted && !args.json) terminal.err('the provider has ended\n');
  return EXIT.done;
}

function logOf({ consoleLog, publish, pid }: FoundProvider): string {
  if (consoleLog !== undefined) return consoleLog;
  const where = pid === undefined ? `at ${publish}` : `with pid ${pid}`;
  throw new ContextdError('CTX_NOT_IN_BACKGROUND', `the provider ${where} does not run in the background`, {
    hint: "its console is the terminal where it was started; 'contextd logs -f' follows the services, context_display the bus",
  });
}
