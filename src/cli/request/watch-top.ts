// conf_command --action=top --watch: the live view on a terminal, or with --json a line per sample.

import { systemClock } from '../../base/clock.js';
import { EXIT } from '../../base/errors.js';
import type { FoundProvider, ProviderHints } from '../../client/find-provider.js';
import type { Terminal } from '../terminal/terminal.js';
import { readIdentity, type IdentityArguments } from '../arguments/identity.js';
import { poll, type PollerPorts, type TopSource } from '../live/poller.js';
import { runLive } from '../live/live.js';
import { InterruptibleSleep } from '../live/interruptible-sleep.js';
import { ProviderSource } from '../live/provider-source.js';
import type { Sample } from '../live/view.js';
import { usageError } from '../arguments/usage-errors.js';

export interface WatchArguments extends IdentityArguments {
  readonly transaction: string;
  readonly json: boolean;
  /** Seconds from one sample to the next. */
  readonly interval: number;
  /** Seconds. */
  readonly timeout: number | undefined;
}

/** Shorter than for other requests, so that the view soon shows that the provider does not answer. */
const ANSWER_TIMEOUT_MS = 5000;

/** Throws CLI_USAGE without a terminal, and the error of the first sample. */
export async function watchTop(
  hints: ProviderHints,
  args: WatchArguments,
  terminal: Terminal,
): Promise<number> {
  const { screen } = terminal;
  if (!args.json && screen === undefined) {
    throw usageError(
      '--watch needs a terminal as its input and output',
      'use --watch --json to print a line per sample, or omit --watch to print one table',
    );
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

/** Prints until Ctrl-C or until the output is closed. The same error is printed once in a row. */
async function printSamples(terminal: Terminal, { source, first, intervalMs }: PrintOptions): Promise<void> {
  const signal = AbortSignal.any([terminal.signal, terminal.closed]);
  const sleep = new InterruptibleSleep(systemClock);
  const stop = () => {
    sleep.wake();
    void source.close();
  };
  signal.addEventListener('abort', stop);
  printSample(terminal, first);
  let lastError = '';
  const onInput: PollerPorts['onInput'] = (input) => {
    const error = input.kind === 'error' ? input.text : '';
    if (error !== '' && error !== lastError) terminal.err(`${error}; retrying\n`);
    lastError = error;
    if (input.kind === 'sample') printSample(terminal, input.sample);
  };
  const wanted = () => ({ isPaused: false, detail: undefined });
  await poll({ source, clock: systemClock, intervalMs, sleep, signal, wanted, onInput });
  signal.removeEventListener('abort', stop);
}

function printSample(terminal: Terminal, { about, entries, atMs }: Sample): void {
  const { transaction } = about;
  terminal.out(`${JSON.stringify({ at: new Date(atMs).toISOString(), transaction, services: entries })}\n`);
}
