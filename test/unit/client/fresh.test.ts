import { describe, expect, test } from 'vitest';
import { createDeferred, type Deferred } from '../../../src/base/deferred.js';
import { exchangeFresh } from '../../../src/client/fresh.js';
import type { Message } from '../../../src/messages/message.js';
import { ManualClock } from '../../helpers/manual-clock.js';

function reply(code?: string): Message {
  const header = { action: 'reply_start', service_id: '', service_name: '', service_transaction: 'T' };
  const error = code === undefined ? {} : { error: { code, message: 'm' } };
  const result = code === undefined ? ('success' as const) : ('failure' as const);
  const status = { result, services: [], ...error };
  return { kind: 'command_reply', header, content: { status } };
}

/** Answers come in the order of the sendings; time passes by itself. */
async function exchange(...answers: readonly Message[]) {
  const clock = new ManualClock();
  let awaited: Deferred<Message> | undefined;
  const seen = { sent: 0, atMs: [] as number[] };
  const startMs = clock.now();
  const answered = exchangeFresh({
    send: () => {
      seen.atMs.push(clock.now() - startMs);
      const answer = answers[seen.sent++];
      if (answer !== undefined) awaited?.resolve(answer);
      return Promise.resolve();
    },
    expect: () => (awaited = createDeferred<Message>()).promise,
    isOver: () => false,
    clock: {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (ms, act) => {
        const passing = setImmediate(() => {
          clock.advance(ms);
          act();
        });
        return () => clearImmediate(passing);
      },
    },
  });
  return { answer: await answered, ...seen };
}

describe('a message', () => {
  const replayed = reply('SEC_REPLAYED');

  test('that is taken is sent once', async () => {
    expect(await exchange(reply())).toMatchObject({ answer: reply(), sent: 1 });
    expect(await exchange(reply('SVC_UNKNOWN'))).toMatchObject({ answer: reply('SVC_UNKNOWN'), sent: 1 });
  });

  test('that met another provider is sent again at once', async () => {
    expect(await exchange(replayed, reply())).toEqual({ answer: reply(), sent: 2, atMs: [0, 0] });
  });

  test('that is refused again and again is refused in the end', async () => {
    const told = await exchange(replayed, replayed, replayed, replayed, replayed);
    expect(told).toEqual({ answer: replayed, sent: 5, atMs: [0, 0, 500, 1500, 3500] });
  });
});
