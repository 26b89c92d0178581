import { describe, expect, test } from 'vitest';
import { createDeferred, type Deferred } from '../../../src/base/deferred.js';
import { retryReplayed } from '../../../src/bus/requester/retry-replayed.js';
import { isReplayed, type Reply } from '../../../src/messages/state.js';
import { ManualClock } from '../../helpers/manual-clock.js';

function reply(code?: string): Reply {
  const header = { action: 'reply_start', service_id: '', service_name: '', service_transaction: 'T' };
  const error = code === undefined ? {} : { error: { code, message: 'm' } };
  const result = code === undefined ? ('success' as const) : ('failure' as const);
  const status = { result, services: [], ...error };
  return { kind: 'command_reply', header, content: { status } };
}

/** The n-th send gets the n-th answer; the manual clock advances by itself. */
async function exchange(...answers: readonly Reply[]) {
  const clock = new ManualClock();
  let awaited: Deferred<Reply> | undefined;
  const sends = { sent: 0, atMs: [] as number[] };
  const startMs = clock.now();
  const answered = retryReplayed({
    send: () => {
      sends.atMs.push(clock.now() - startMs);
      const answer = answers[sends.sent++];
      if (answer !== undefined) awaited?.resolve(answer);
      return Promise.resolve();
    },
    expect: () => (awaited = createDeferred<Reply>()).promise,
    isReplayed,
    isOver: () => false,
    clock: {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (ms, act) => {
        const immediate = setImmediate(() => {
          clock.advance(ms);
          act();
        });
        return () => clearImmediate(immediate);
      },
    },
  });
  return { answer: await answered, ...sends };
}

describe('a sealed request', () => {
  const replayed = reply('SEC_REPLAYED');

  test('that is accepted is sent once', async () => {
    expect(await exchange(reply())).toMatchObject({ answer: reply(), sent: 1 });
    expect(await exchange(reply('SVC_UNKNOWN'))).toMatchObject({ answer: reply('SVC_UNKNOWN'), sent: 1 });
  });

  test('that reached a restarted provider is sent again immediately', async () => {
    expect(await exchange(replayed, reply())).toEqual({ answer: reply(), sent: 2, atMs: [0, 0] });
  });

  test('that is rejected each time resolves with the rejection after all retries', async () => {
    const result = await exchange(replayed, replayed, replayed, replayed, replayed);
    expect(result).toEqual({ answer: replayed, sent: 5, atMs: [0, 0, 500, 1500, 3500] });
  });
});
