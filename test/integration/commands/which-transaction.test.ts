// Which transaction a command or question means when it names none, and what becomes of a stopped one.

import { expect, test } from 'vitest';
import type { Client, CommandAnswer } from '../../../src/client/client.js';
import { clientConfiguration } from '../../helpers/context.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { openProvider } from '../../helpers/provider.js';

expectNoLeftovers();

const one = [{ id: 'ts_1', instance: 'Forever' }];

/** Transactions that run, and transactions that were stopped. */
interface Before {
  readonly running?: readonly string[];
  readonly stopped?: readonly string[];
}

async function prepare(client: Client, { running = [], stopped = [] }: Before): Promise<void> {
  for (const transaction of [...stopped, ...running]) await succeed(client, 'start', transaction);
  for (const transaction of stopped) await succeed(client, 'stop', transaction);
}

async function succeed(client: Client, action: string, transaction: string): Promise<void> {
  expect((await client.command({ action, transaction })).status.result).toBe('success');
}

const NEW = /^[A-Z0-9]{20}$/;
const BOTH = { code: 'CTX_AMBIGUOUS', hint: 'pass --transaction with one of T1, T2' };
const STARTED = { code: 'SVC_ALREADY_STARTED' };

/** [before, which one `start` means, or what it is refused with; the same for all commands to what is there] */
const situations: readonly (readonly [Before, string | RegExp | object, string | object])[] = [
  [{}, NEW, { code: 'CTX_TRANSACTION_UNKNOWN' }],
  [{ stopped: ['T1'] }, 'T1', 'T1'],
  [{ running: ['T1'] }, STARTED, 'T1'],
  [{ running: ['T2'], stopped: ['T1'] }, STARTED, 'T2'],
  [{ running: ['T1', 'T2'] }, BOTH, BOTH],
  [{ running: ['T1', 'T2'], stopped: ['T0'] }, BOTH, BOTH],
  [{ stopped: ['T1', 'T2'] }, BOTH, BOTH],
];
const named = situations.map(([before, ...rest]) => [JSON.stringify(before), before, ...rest] as const);

test.each(named)(
  'After %s a start without a transaction means the right one.',
  async (_what, before, meant) => {
    await using test = await openProvider(one);
    const client = await test.client();
    await prepare(client, before);
    for (const request of [
      {},
      { serviceId: 'context001' },
      { serviceId: 'ts_1' },
      { configuration: clientConfiguration(one) },
    ]) {
      const answer = await client.command({ action: 'start', ...request });
      expectAnswer(answer, meant);
      if (answer.status.result === 'success') await succeed(client, 'stop', answer.transaction);
      if (meant === NEW) await client.command({ action: 'forget', transaction: answer.transaction });
    }
  },
);

test.each(named)(
  'After %s other commands and questions mean the right one.',
  async (_what, before, _start, meant) => {
    await using test = await openProvider(one);
    const client = await test.client();
    await prepare(client, before);
    const configuration = clientConfiguration(one);
    for (const request of [
      { action: 'restart' },
      { action: 'restart', serviceId: 'ts_1' },
      { action: 'stop', serviceId: 'ts_1' },
      { action: 'stop' },
    ]) {
      const answer = await client.command(request);
      expectAnswer(answer, meant);
      // As before, for the next one.
      if (typeof meant === 'string')
        await client.command({ action: before.running ? 'start' : 'stop', transaction: meant });
    }
    expect((await client.command({ action: 'reload', configuration })).status.error?.code).toBe(
      typeof meant === 'string' ? 'CTX_RELOAD_REFUSED' : (meant as { code: string }).code,
    );
    for (const action of ['why', 'history', 'top'] as const) {
      const answer = client.request('', { action, serviceId: 'ts_1' });
      if (typeof meant === 'string') await answer;
      else await expect(answer).rejects.toMatchObject(meant);
    }
    const samples = client.samples('', { serviceId: 'ts_1', metric: 'rss' });
    await expect(samples).rejects.toMatchObject(
      typeof meant === 'string' ? { code: 'SVC_NO_MONITOR' } : meant,
    );
  },
);

function expectAnswer({ transaction, status }: CommandAnswer, meant: string | RegExp | object): void {
  if (typeof meant === 'string') {
    expect(status).toMatchObject({ result: 'success' });
    expect(transaction).toBe(meant);
  } else if (meant instanceof RegExp) expect(transaction).toMatch(meant);
  else expect(status).toMatchObject({ result: 'failure', error: meant });
}

test('A list of what can be meant says of each its context and whether it runs.', async () => {
  await using test = await openProvider(one);
  const client = await test.client();
  await prepare(client, { stopped: ['T1', 'T2'] });
  expect((await client.command({ action: 'stop' })).status.error?.message).toBe(
    'several transactions exist: T1 of context001 (stopped), T2 of context001 (stopped)',
  );
});

test('A start of a service that runs names its pid, in a transaction with a name and without.', async () => {
  await using test = await openProvider(one);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  const { pid } = status.services[0]!;
  for (const request of [
    {},
    { serviceId: 'ts_1' },
    { transaction: 'T1' },
    { transaction: 'T1', serviceId: 'ts_1' },
  ]) {
    const again = await client.command({ action: 'start', ...request });
    expect(again.status.error).toMatchObject({ code: 'SVC_ALREADY_STARTED' });
    expect(again.status.error?.message).toContain(`pid ${pid}`);
  }
});

test('A start means transactions of its own context only.', async () => {
  await using test = await openProvider(one);
  const client = await test.client();
  const other = clientConfiguration([{ id: 'ts_2', instance: 'Forever' }], { ContextID: 'other' });
  await prepare(client, { stopped: ['T1'] });
  const first = await client.command({ action: 'start', configuration: other });
  expect(first.transaction).toMatch(NEW);
  expect((await client.command({ action: 'start' })).transaction).toBe('T1');
  await succeed(client, 'stop', first.transaction);
  expect((await client.command({ action: 'start', serviceId: 'other' })).transaction).toBe(first.transaction);
  expect((await client.command({ action: 'restart', configuration: other })).transaction).toBe(
    first.transaction,
  );
});

test('A stopped transaction is forgotten with its records; one that runs, or has no name, is not.', async () => {
  await using test = await openProvider(one);
  const client = await test.client();
  await prepare(client, { running: ['T1'] });
  const forget = (transaction?: string) => client.command({ action: 'forget', transaction });
  const refused = await forget('T1');
  expect(refused.status.error).toMatchObject({
    code: 'CTX_TRANSACTION_RUNNING',
    message: expect.stringMatching(/^transaction T1 is not stopped: ts_1 \(pid \d+\)$/) as string,
  });
  await succeed(client, 'stop', 'T1');
  for (const each of [undefined, '', 'T404'])
    expect((await forget(each)).status.error).toMatchObject({ code: 'CTX_TRANSACTION_UNKNOWN' });
  await succeed(client, 'forget', 'T1');
  expect((await client.command({ action: 'list' })).status.transactions).toEqual([]);
  expect(await client.request()).toEqual({});
  await expect(client.request('T1', { action: 'history' })).rejects.toMatchObject({
    code: 'CTX_TRANSACTION_UNKNOWN',
  });
  expect((await client.command({ action: 'start', transaction: 'T1' })).status.result).toBe('success');
});

test("The original's name for a context means whatever context there is.", async () => {
  await using test = await openProvider(one, { ContextID: 'Echo' });
  const client = await test.client();
  const { transaction } = await client.command({ action: 'start', serviceId: 'context001', transaction: '' });
  expect(transaction).toMatch(NEW);
  for (const action of ['restart', 'stop', 'start'])
    expect(await client.command({ action, serviceId: 'context001' })).toMatchObject({
      transaction,
      status: { result: 'success', services: [{ service_id: 'ts_1' }] },
    });
});
