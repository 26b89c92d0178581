// Asks for samples at an even pace and goes on whatever comes of it, until it is told to end.

import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { InterruptibleSleep } from './interruptible-sleep.js';
import type { Input, Sample } from './view.js';

export interface TopSource {
  /** `detail` is the service of which everything is wanted. After an error it may be asked again. */
  sample(detail: string | undefined): Promise<Sample>;
  close(): Promise<void>;
}

export interface PollerPorts {
  readonly source: TopSource;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly nap: InterruptibleSleep;
  readonly signal: AbortSignal;
  /** Asked before each sample: `paused` for none as long as nobody wakes us. */
  readonly wanted: () => { readonly isPaused: boolean; readonly detail: string | undefined };
  readonly see: (input: Extract<Input, { kind: 'sample' | 'trouble' }>) => void;
}

/** The first question is asked after `intervalMs`. Rejects only with what `see` throws. */
export async function poll(ports: PollerPorts): Promise<void> {
  const { clock, intervalMs, nap, signal, wanted } = ports;
  const isOver = () => signal.aborted;
  if (!isOver()) await nap.sleep(intervalMs);
  while (!isOver()) {
    const startMs = clock.monotonic();
    const { isPaused, detail } = wanted();
    if (!isPaused) await ask(ports, detail);
    if (isOver()) return;
    // From start to start, so that a slow answer does not slow the pace.
    await nap.sleep(isPaused ? undefined : Math.max(0, startMs + intervalMs - clock.monotonic()));
  }
}

async function ask({ source, clock, signal, see }: PollerPorts, detail: string | undefined): Promise<void> {
  const input = await source.sample(detail).then(
    (sample) => ({ kind: 'sample', sample }) as const,
    (error: unknown) => ({ kind: 'trouble', text: messageOf(error), nowMs: clock.now() }) as const,
  );
  if (!signal.aborted) see(input);
}
