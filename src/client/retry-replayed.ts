// Seals and sends a request again that a provider rejects as replayed because it was sealed before that provider started.

import type { Clock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';
import type { Message } from '../messages/message.js';

/** Before each retry, in milliseconds: our clock may be a little behind the provider's. */
const PAUSES_MS: readonly number[] = [0, 500, 1000, 2000];

export interface SealedRequest {
  /** Seals and sends the request, with the same message_id each time, so that it is executed once. */
  readonly send: () => Promise<void>;
  /** The next reply; `isRetry` means that an earlier reply does not count. */
  readonly expect: (isRetry: boolean) => Promise<Message>;
  /** True when the caller no longer waits. */
  readonly isOver: () => boolean;
  readonly clock: Clock;
}

/** Resolves with the reply; with a SEC_REPLAYED reply only after all retries, as when clocks differ too much. */
export async function retryReplayed({ send, expect, isOver, clock }: SealedRequest): Promise<Message> {
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

function isReplayed(reply: Message): boolean {
  return reply.kind === 'command_reply' && reply.content.status.error?.code === 'SEC_REPLAYED';
}

async function pause(clock: Clock, pauseMs: number): Promise<void> {
  if (pauseMs === 0) return;
  const over = createDeferred<void>();
  clock.after(pauseMs, () => over.resolve());
  await over.promise;
}
