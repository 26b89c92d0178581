// Seals and sends a request again that a provider rejects as replayed because it was sealed before that provider started.

import type { Clock } from '../../base/clock.js';
import { createDeferred } from '../../base/deferred.js';

/** Before each retry, in milliseconds: our clock may be a little behind the provider's. */
const PAUSES_MS: readonly number[] = [0, 500, 1000, 2000];

export interface SealedRequest<R> {
  /** Seals and sends the request, with the same message_id each time, so that it is executed once. */
  readonly send: () => Promise<void>;
  /** The next reply; `isRetry` means that an earlier reply does not count. */
  readonly expect: (isRetry: boolean) => Promise<R>;
  /** Whether a reply rejects the request as replayed. */
  readonly isReplayed: (reply: R) => boolean;
  /** True when the caller no longer waits. */
  readonly isOver: () => boolean;
  readonly clock: Clock;
}

/** Resolves with the reply; with one that rejects it only after all retries, as when clocks differ too much. */
export async function retryReplayed<R>(request: SealedRequest<R>): Promise<R> {
  const { send, expect, isReplayed, isOver, clock } = request;
  let answer = expect(false);
  await send();
  for (const pauseMs of PAUSES_MS) {
    const reply = await answer;
    if (!isReplayed(reply) || isOver()) return reply;
    answer = expect(true);
    await pause(clock, pauseMs);
    if (isOver()) return reply;
    await send();
  }
  return await answer;
}

async function pause(clock: Clock, pauseMs: number): Promise<void> {
  if (pauseMs === 0) return;
  const over = createDeferred<void>();
  clock.after(pauseMs, () => over.resolve());
  await over.promise;
}
