// Runs a provider until a signal or a client ends it: on a terminal, or in the background with its console in a log.

import { EXIT } from '../base/errors.js';
import type { ContextFile } from '../model/read/read-context.js';
import type { CommandAnswer } from '../client/replies.js';
import { Provider } from '../provider/provider.js';
import { resolveRoots, type ProviderArguments } from './arguments/provider-options.js';
import { createConsole } from './console.js';
import { takeSystemdNotifier } from './notify-systemd.js';
import { openLogTerminal } from './terminal/log-terminal.js';
import type { Terminal } from './terminal/terminal.js';

export interface RunArguments extends ProviderArguments {
  /** Start a transaction. */
  readonly start: boolean;
  /** The console is written to this file, which is rotated. */
  readonly console_log?: string | undefined;
}

/** Sent to the parent process, if there is one that waits, when the services have started. */
export interface ReadyMessage {
  /** Undefined if services of an earlier provider were adopted instead. */
  readonly answer: CommandAnswer | undefined;
}

export async function runProvider(
  args: RunArguments,
  file: ContextFile,
  terminal: Terminal,
): Promise<number> {
  const { console_log: consoleLog } = args;
  const output = consoleLog === undefined ? terminal : openLogTerminal(consoleLog, terminal);
  const show = createConsole(output, { json: args.json, level: args.log_level });
  for (const { line, column, message } of file.warnings) {
    show({ kind: 'warning', text: `${file.path}:${line}:${column}: ${message}` });
  }
  const notifyReady = takeSystemdNotifier((reason) => {
    show({ kind: 'warning', text: `cannot notify systemd: ${reason}` });
  });
  const provider = await Provider.open({
    file,
    serviceRoots: resolveRoots(args),
    insecure: args.insecure,
    notice: show,
    consoleLog,
  });
  closeOnSignal(provider, terminal, args.detach_on_exit);
  const answer = args.start ? await start(provider, file, args.transaction) : undefined;
  if (consoleLog !== undefined) reportReady({ answer });
  notifyReady();
  await provider.closed;
  return EXIT.done;
}

function reportReady(message: ReadyMessage): void {
  // The parent may have ended meanwhile.
  process.send?.(message, undefined, undefined, () => {
    if (process.connected) process.disconnect();
  });
}

/** Does nothing if services of an earlier provider were adopted: they must not be started twice. */
async function start(provider: Provider, file: ContextFile, wanted = ''): Promise<CommandAnswer | undefined> {
  const { ContextID: contextId } = file.configuration;
  const taken = provider.taken.filter((each) => each.contextId === contextId);
  const known = wanted === '' ? taken : taken.filter(({ transaction }) => transaction === wanted);
  if (known.some(({ adopted }) => adopted > 0)) return undefined;
  return await provider.execute('start', known[0]?.transaction ?? wanted);
}

/** The first signal stops all services, or detaches from them; a second one kills them. */
function closeOnSignal(provider: Provider, terminal: Terminal, isDetaching: boolean): void {
  const close = () => void (isDetaching ? provider.detach() : provider.close());
  const kill = () => provider.kill();
  if (terminal.signal.aborted) close();
  terminal.signal.addEventListener('abort', close, { once: true });
  terminal.kill.addEventListener('abort', kill, { once: true });
}
