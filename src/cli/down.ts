// contextd down: stops all services and their provider, and waits until it has ended.

import { asContextdError, ContextdError, EXIT } from '../base/errors.js';
import type { Client } from '../client/client.js';
import { findProvider, type FoundProvider } from '../client/find-provider.js';
import { defineCommand } from './arguments/command.js';
import { CONNECTION_OPTIONS, CONNECTION_VALUES } from './arguments/conf-options.js';
import { awaitEnd, processOf } from './request/await-end.js';
import { findContextFiles } from './request/context-files.js';
import { readHints, withClient, type ConnectionArguments } from './request/connect.js';
import { showAnswer } from './show/answer.js';
import type { Terminal } from './terminal/terminal.js';

export const down = defineCommand({
  name: 'contextd down',
  summary: 'Stop all services and their provider, and wait until it has ended.',
  positionals: '',
  values: CONNECTION_VALUES,
  options: CONNECTION_OPTIONS,
  examples: [
    ['$0', 'End the provider of this folder'],
    ['$0 --context_file=conf/Context-EchoAction.xml', 'End the provider of this file'],
  ],
  run,
});

interface Arguments extends ConnectionArguments {
  readonly json: boolean;
}

/** Services may take long to stop; the provider kills those that take longer than their limit. */
const ANSWER_S = 3600;

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const { hints } = await readHints(args, await findContextFiles());
  try {
    return await end(await findProvider(hints), args, terminal);
  } catch (error) {
    const isNamed = args.endpoint !== undefined || args.sub_endpoint !== undefined;
    if (isNamed || asContextdError(error).code !== 'BUS_UNREACHABLE') throw error;
    if (args.json) terminal.out(`${JSON.stringify({ was_running: false })}\n`);
    else terminal.out('no provider runs here: nothing to stop\n');
    return EXIT.done;
  }
}

async function end(provider: FoundProvider, args: Arguments, terminal: Terminal): Promise<number> {
  const process = processOf(provider.pid);
  const exit = (client: Client) => client.command({ action: 'exit' });
  const patient = { ...args, answer_timeout: args.timeout ?? ANSWER_S };
  const answer = await withClient(provider, patient, terminal, exit);
  const code = showAnswer(terminal, { action: 'down', json: args.json, answer });
  if (process === undefined || (await awaitEnd(process, terminal.signal))) {
    if (!args.json) terminal.out('the provider has ended\n');
    return code;
  }
  throw new ContextdError('BUS_CLOSED', 'interrupted: the provider is still ending', {
    hint: "'contextd status' shows whether it still runs",
  });
}
