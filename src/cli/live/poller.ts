// Polls a source for samples at a regular interval, also after errors, until it is aborted.

import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { InterruptibleSleep } from './interruptible-sleep.js';
import type { Input, Sample } from './view.js';

export interface TopSource {
  /** `detail` is the service to include all details of. Can be called again after an error. */
  sample(detail: string | undefined): Promise<Sample>;
  close(): Promise<void>;
}

export interface PollerPorts {
  readonly source: TopSource;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly sleep: InterruptibleSleep;
  readonly signal: AbortSignal;
  /** Read before each sample. While `isPaused`, no samples are taken until the sleep is woken. */
  readonly wanted: () => { readonly isPaused: boolean; readonly detail: string | undefined };
  readonly onInput: (input: Extract<Input, { kind: 'sample' | 'error' }>) => void;
}

/** Takes the first sample after `intervalMs`. Rejects only with errors of `onInput`. */
export async function poll(ports: PollerPorts): Promise<void> {
  const { clock, intervalMs, sleep, signal, wanted } = ports;
  const isOver = () => signal.aborted;
  if (!isOver()) await sleep.sleep(intervalMs);
  while (!isOver()) {
    const startMs = clock.monotonic();
    const { isPaused, detail } = wanted();
    if (!isPaused) await takeSample(ports, detail);
    if (isOver()) return;
    // Measured from start to start, so that slow answers do not lower the rate.
    await sleep.sleep(isPaused ? undefined : Math.max(0, startMs + intervalMs - clock.monotonic()));
  }
}

async function takeSample(
  { source, clock, signal, onInput }: PollerPorts,
  detail: string | undefined,
): Promise<void> {
  const input = await source.sample(detail).then(
    (sample) => ({ kind: 'sample', sample }) as const,
    (error: unknown) => ({ kind: 'error', text: messageOf(error), nowMs: clock.now() }) as const,
  );
  if (!signal.aborted) onInput(input);
}
