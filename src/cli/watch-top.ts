// conf_command --action=top --watch: the live view on a terminal, or a line of JSON per sample for a program.

import { systemClock } from '../base/clock.js';
import { ContextdError, EXIT } from '../base/errors.js';
import type { FoundProvider, ProviderHints } from '../client/find-provider.js';
import type { Terminal } from './terminal/terminal.js';
import { readIdentity, type IdentityArguments } from './identity.js';
import { poll, type TopSource } from './live/poller.js';
import { runLive } from './live/live.js';
import { InterruptibleSleep } from './live/interruptible-sleep.js';
import { ProviderSource } from './live/provider-source.js';
import type { Sample } from './live/view.js';

export interface WatchArguments extends IdentityArguments {
  readonly transaction: string;
  readonly json: boolean;
  /** Seconds from one sample to the next. */
  readonly interval: number;
  /** Seconds. */
  readonly timeout: number | undefined;
}

/** A view that waits longer without a word looks dead. */
const ANSWER_TIMEOUT_MS = 5000;

/** Throws CLI_USAGE without a terminal, and what keeps the first sample from coming. */
export async function watchTop(
  hints: ProviderHints,
  args: WatchArguments,
  terminal: Terminal,
): Promise<number> {
  const { screen } = terminal;
  if (!args.json && screen === undefined) {
    throw new ContextdError('CLI_USAGE', '--watch needs a terminal for its input and output', {
      hint: 'with --json it prints a line per sample instead; without --watch, one table',
    });
  }
  const limits = args.timeout === undefined ? {} : { timeoutMs: args.timeout * 1000 };
  const answerTimeoutMs = limits.timeoutMs ?? ANSWER_TIMEOUT_MS;
  const { transaction, interval } = args;
  const identify = (found: FoundProvider) => readIdentity(args, found);
  const common = { hints, identify, transaction, clock: systemClock };
  const source = new ProviderSource({ ...common, ...limits, answerTimeoutMs });
  try {
    const first = await source.sample(undefined);
    const options = { source, first, intervalMs: interval * 1000, clock: systemClock };
    if (args.json || screen === undefined) await printSamples(terminal, options);
    else await runLive(terminal, screen, options);
  } finally {
    await source.close();
  }
  return EXIT.done;
}

interface PrintOptions {
  readonly source: TopSource;
  readonly first: Sample;
  readonly intervalMs: number;
}

/** Until Ctrl-C, or until nobody reads any more. What goes wrong meanwhile is said once. */
async function printSamples(terminal: Terminal, { source, first, intervalMs }: PrintOptions): Promise<void> {
  const signal = AbortSignal.any([terminal.signal, terminal.closed]);
  const nap = new InterruptibleSleep(systemClock);
  const stop = () => {
    nap.wake();
    void source.close();
  };
  signal.addEventListener('abort', stop);
  printSample(terminal, first);
  let told = '';
  const see: Parameters<typeof poll>[0]['see'] = (input) => {
    const trouble = input.kind === 'trouble' ? input.text : '';
    if (trouble !== '' && trouble !== told) terminal.err(`${trouble}; trying again\n`);
    told = trouble;
    if (input.kind === 'sample') printSample(terminal, input.sample);
  };
  const wanted = () => ({ isPaused: false, detail: undefined });
  await poll({ source, clock: systemClock, intervalMs, nap, signal, wanted, see });
  signal.removeEventListener('abort', stop);
}

function printSample(terminal: Terminal, { about, entries, atMs }: Sample): void {
  const { transaction } = about;
  terminal.out(`${JSON.stringify({ at: new Date(atMs).toISOString(), transaction, services: entries })}\n`);
}
