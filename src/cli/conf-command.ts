// conf_command: sends one command or query to a provider and prints the answer.

import { asContextdError, ContextdError } from '../base/errors.js';
import { Client } from '../client/client.js';
import { findProvider } from '../client/find-provider.js';
import type { ContextFile } from '../model/read/read-context.js';
import { rejectIgnoredFlags } from './arguments/action-flags.js';
import type { Arguments } from './arguments/actions.js';
import { checkConfArguments } from './arguments/check-conf-arguments.js';
import { defineCommand } from './arguments/command.js';
import { completeServiceIds } from './completion.js';
import { CONF_EXAMPLES, CONF_OPTIONS } from './arguments/conf-options.js';
import { IDENTITY_VALUES, readIdentity } from './arguments/identity.js';
import { executeAction } from './execute-action.js';
import type { Terminal } from './terminal/terminal.js';

export const confCommand = defineCommand({
  name: 'conf_command',
  summary: 'Control and inspect the services of a running provider.',
  positionals: '',
  values: {
    context_file: 'files',
    task_id: completeServiceIds,
    service_name: ['context', 'all', 'state'],
    ...IDENTITY_VALUES,
  },
  options: CONF_OPTIONS,
  examples: CONF_EXAMPLES,
  check: rejectIgnoredFlags,
  run,
});

async function run(given: Arguments, terminal: Terminal): Promise<number> {
  const args = checkConfArguments(given);
  const file = await readFile(args.context_file);
  const hints = {
    endpoint: args.endpoint,
    subEndpoint: args.sub_endpoint,
    configuration: file?.configuration,
    serverKey: file?.security?.publicKey,
  };
  if (args.watch) {
    const { watchTop } = await import('./watch-top.js');
    return await watchTop(hints, args, terminal);
  }
  const { signal } = terminal;
  const endpoints = await findProvider(hints);
  const security = readIdentity(args, endpoints);
  const timeouts =
    args.timeout === undefined
      ? {}
      : { timeoutMs: args.timeout * 1000, answerTimeoutMs: args.timeout * 1000 };
  let client: Client | undefined;
  // With --follow the signal ends the output, and the command succeeds.
  const abort = () => void (args.follow ? undefined : client?.close(true));
  signal.addEventListener('abort', abort);
  try {
    client = await Client.connect(endpoints, { ...timeouts, security, signal });
    return await executeAction(client, args, hints.configuration, terminal);
  } catch (error) {
    throw signal.aborted && asContextdError(error).code === 'BUS_CLOSED' ? interruptedError() : error;
  } finally {
    signal.removeEventListener('abort', abort);
    await client?.close();
  }
}

function interruptedError(): ContextdError {
  return new ContextdError('BUS_CLOSED', 'interrupted before the answer arrived', {
    hint: "a command that was already sent is still executed; run 'conf_command --action=list' to see what runs",
  });
}

/** Imports the XML reader only when a file is given: most commands do not need it. */
async function readFile(path: string | undefined): Promise<ContextFile | undefined> {
  if (path === undefined) return undefined;
  const { readContextFile } = await import('../model/read/read-context.js');
  return await readContextFile(path);
}
