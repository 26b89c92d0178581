// Commands in great number: each is answered exactly once.

import { expect, test } from 'vitest';
import { Client, type CommandRequest } from '../../../src/client/client.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { openProvider } from '../../helpers/provider.js';
import { openRawReader, type RawReader } from '../../helpers/raw-reader.js';

expectNoLeftovers();

interface Reply {
  readonly header: { readonly action: string; readonly in_reply_to?: string };
  readonly content: { readonly status: { readonly result: string } };
}

/** How often each message id was answered. */
function countAnswers(raw: RawReader): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { body } of raw.seen.items) {
    const id = (body as Reply).header.in_reply_to;
    if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** Runs all, at most `limit` at a time. */
async function runBounded<T>(jobs: readonly (() => Promise<T>)[], limit: number): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < jobs.length; index = next++) results[index] = await jobs[index]!();
  };
  await Promise.all(Array.from({ length: limit }, work));
  return results;
}

/** What a start or stop may be answered when others start and stop the same service meanwhile. */
const OUTCOMES: Readonly<Record<string, readonly string[]>> = {
  start: ['success', 'SVC_ALREADY_STARTED', 'SVC_EXITED'],
  stop: ['success'],
};

test('1,000 one-shot starts and stops, sent without waiting, are each answered exactly once.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  await using raw = await openRawReader(test.provider.endpoints, 'state @@@');
  await test.provider.execute('start', 'T1');
  const oneShot = async (index: number) => {
    const client = await Client.connect(test.provider.endpoints, { timeoutMs: 30_000 });
    const action = index % 2 === 0 ? 'start' : 'stop';
    const { status } = await client.command({ action, transaction: 'T1', messageId: `m${index}` });
    await client.close();
    return { action, outcome: status.error?.code ?? status.result };
  };
  const answers = await runBounded(
    Array.from({ length: 1000 }, (_, index) => () => oneShot(index)),
    40,
  );
  await raw.settled();
  const odd = answers.filter(({ action, outcome }) => !OUTCOMES[action]!.includes(outcome));
  expect(odd).toEqual([]);
  expect(answers.filter(({ action }) => action === 'stop')).toHaveLength(500);
  const counts = countAnswers(raw);
  expect(counts.size).toBe(1000);
  expect([...counts.values()].every((count) => count === 1)).toBe(true);
});

test('100 one-shot clients start and stop a transaction each, and all of them end up as asked.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  const oneShot = async (request: CommandRequest): Promise<string> => {
    const client = await Client.connect(test.provider.endpoints, { timeoutMs: 30_000 });
    const { status } = await client.command(request);
    await client.close();
    return status.services.map((each) => each.state).join();
  };
  const jobs = Array.from({ length: 50 }, (_, index) => async () => {
    const transaction = `T${index}`;
    return [await oneShot({ action: 'start', transaction }), await oneShot({ action: 'stop', transaction })];
  });
  const states = await runBounded(jobs, 8);
  expect(states).toEqual(jobs.map(() => ['started', 'stopped']));
});

test('1,000 commands at once on one client are each answered exactly once.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  await using raw = await openRawReader(test.provider.endpoints, 'state @@@');
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const ids = Array.from({ length: 1000 }, (_, index) => `m${index}`);
  const answers = await Promise.all(
    ids.map((messageId, index) =>
      client.command({ action: index % 2 === 0 ? 'start' : 'list', transaction: 'T1', messageId }),
    ),
  );
  await raw.settled();
  expect(answers.map(({ status }) => status.result)).toEqual(
    ids.map((_, index) => (index % 2 === 0 ? 'failure' : 'success')),
  );
  const counts = countAnswers(raw);
  expect(ids.map((id) => counts.get(id))).toEqual(ids.map(() => 1));
});

test('20 starts and stops of one service at once leave it in one state, and no process astray.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const actions = Array.from(
    { length: 20 },
    (_, index) => ['stop', 'start', 'restart', 'restart'][index % 4]!,
  );
  await Promise.all(actions.map((action) => client.command({ action, transaction: 'T1' })));
  const { status } = await client.command({ action: 'restart', transaction: 'T1' });
  expect(status.services).toMatchObject([{ state: 'started' }]);
  const stopped = await client.command({ action: 'stop', transaction: 'T1' });
  expect(stopped.status.services).toMatchObject([{ state: 'stopped', pid: null }]);
});
