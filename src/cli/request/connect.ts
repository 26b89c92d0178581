// Connects to the provider that a command means.

import { asContextdError, ContextdError } from '../../base/errors.js';
import { Client } from '../../client/client.js';
import type { FoundProvider, ProviderHints } from '../../client/find-provider.js';
import type { ContextFile } from '../../model/read/read-context.js';
import { readIdentity, type IdentityArguments } from '../arguments/identity.js';
import type { Terminal } from '../terminal/terminal.js';

/** The arguments with which a command connects. */
export interface ConnectionArguments extends IdentityArguments {
  readonly endpoint: string | undefined;
  readonly sub_endpoint: string | undefined;
  readonly context_file: string | undefined;
  /** Seconds. */
  readonly timeout: number | undefined;
  /** Seconds, for an answer that may take longer than usual. */
  readonly answer_timeout?: number;
  /** Continues until Ctrl-C, which is then a success. */
  readonly follow?: boolean;
}

export async function readHints(
  args: Pick<ConnectionArguments, 'endpoint' | 'sub_endpoint' | 'context_file'>,
  near?: readonly string[],
): Promise<{ readonly hints: ProviderHints; readonly file: ContextFile | undefined }> {
  const file = args.context_file === undefined ? undefined : await readFile(args.context_file);
  const hints = {
    endpoint: args.endpoint,
    subEndpoint: args.sub_endpoint,
    configuration: file?.configuration,
    serverKey: file?.security?.publicKey,
    near,
  };
  return { hints, file };
}

/** Connects, calls `use`, and closes the connection. Throws BUS_CLOSED after Ctrl-C. */
export async function withClient<T>(
  found: FoundProvider,
  args: ConnectionArguments,
  { signal }: Terminal,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const security = readIdentity(args, found);
  const { timeout: connectS, answer_timeout: answerS = connectS } = args;
  const timeouts = {
    ...(connectS === undefined ? {} : { timeoutMs: connectS * 1000 }),
    ...(answerS === undefined ? {} : { answerTimeoutMs: answerS * 1000 }),
  };
  let client: Client | undefined;
  // With --follow the signal ends the output, and the command succeeds.
  const abort = () => void (args.follow === true ? undefined : client?.close(true));
  signal.addEventListener('abort', abort);
  try {
    client = await Client.connect(found, { ...timeouts, security, signal });
    return await use(client);
  } catch (error) {
    throw signal.aborted && asContextdError(error).code === 'BUS_CLOSED' ? interruptedError() : error;
  } finally {
    signal.removeEventListener('abort', abort);
    await client?.close();
  }
}

function interruptedError(): ContextdError {
  return new ContextdError('BUS_CLOSED', 'interrupted before the answer arrived', {
    hint: "a command that was already sent is still executed; run 'contextd ps' to see what runs",
  });
}

/** Imports the XML reader only when a file is needed: most commands do not need it. */
export async function readFile(path: string): Promise<ContextFile> {
  const { readContextFile } = await import('../../model/read/read-context.js');
  return await readContextFile(path);
}
