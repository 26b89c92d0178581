// Seals a message again that met another provider than the one it was sealed for: what is older than a provider is a replay to it.

import type { Clock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';
import type { Message } from '../messages/message.js';

/** Before each further try, in milliseconds: our clock may be a little behind the provider's. */
const PAUSES_MS: readonly number[] = [0, 500, 1000, 2000];

export interface FreshExchange {
  /** Seals and sends the message, with the same message_id each time: it is executed once. */
  readonly send: () => Promise<void>;
  /** The answer that comes from now on; `isAgain` when the one before does not count. */
  readonly expect: (isAgain: boolean) => Promise<Message>;
  /** Whether nobody waits any more. */
  readonly isOver: () => boolean;
  readonly clock: Clock;
}

/** Resolves with the answer; with SEC_REPLAYED only when it is given again and again, for clocks that differ for instance. */
export async function exchangeFresh({ send, expect, isOver, clock }: FreshExchange): Promise<Message> {
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
