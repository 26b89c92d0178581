// Runs one provider action: finds the provider, connects, sends the command or query, prints the answer.

import { findProvider, type FoundProvider } from '../../client/find-provider.js';
import type { ContextFile } from '../../model/read/read-context.js';
import { PROVIDER_ACTIONS, type Request } from '../arguments/actions.js';
import type { Terminal } from '../terminal/terminal.js';
import { readFile, readHints, withClient } from './connect.js';
import { executeAction } from './execute-action.js';

/** `near` are the context files of the current folder, for `contextd ACTION`; undefined for conf_command. Returns the exit code. */
export async function runAction(
  args: Request,
  terminal: Terminal,
  near?: readonly string[],
): Promise<number> {
  const { hints, file } = await readHints(args, near);
  if (args.watch === true) {
    const { watchTop } = await import('./watch-top.js');
    return await watchTop(hints, args, terminal);
  }
  const found = await findProvider(hints);
  const isShort = near !== undefined;
  const sent = file ?? (isShort ? await readOwnFile(args, found) : undefined);
  return await withClient(found, args, terminal, (client) =>
    executeAction(client, args, sent?.configuration, terminal),
  );
}

/** The context file of the provider itself, for an action that sends a file when none is given. */
async function readOwnFile(
  { action, context_file: given }: Request,
  { contextFile }: FoundProvider,
): Promise<ContextFile | undefined> {
  const isNeeded = PROVIDER_ACTIONS[action].needsFile === true && given === undefined;
  return isNeeded && contextFile !== undefined ? await readFile(contextFile) : undefined;
}
