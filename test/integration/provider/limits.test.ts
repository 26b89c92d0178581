// Limits on what a service may cost: detected by the provider, reported, and used by transitions.

import { expect, test } from 'vitest';
import type { HistoryReply } from '../../../src/messages/history.js';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { isRunning } from '../../helpers/processes.js';
import { openProvider } from '../../helpers/provider.js';
import { openProject, TRANSACTION } from '../../helpers/project.js';

expectNoLeftovers();

test('A service that grows beyond its limit fails, and its own on_fail starts it again.', async () => {
  await using test = await openProvider([
    {
      id: 'ts_1',
      instance: 'Hoards',
      configuration: { mib: '50', most_mib: '400' },
      supervision: { limit: [{ metric: 'rss', above: '250', for_s: '1', event: 'failed' }] },
      transitions: { on_fail: 'restart ts_1', on_exit: 'start ts_2' },
    },
    { id: 'ts_2', instance: 'Forever', entry: 'on_exit' },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: TRANSACTION });
  const { pid } = status.services[0]!;
  const failed = await observer.waitForEvent('ts_1', 'failed');
  expect(failed.content.status).toMatchObject({
    result: 'failure',
    reason: 'limit',
    metric: 'rss',
    above: 250,
    for_s: 1,
    error: { code: 'SVC_LIMIT_EXCEEDED' },
  });
  expect(failed.content.status.value).toBeGreaterThan(250);
  expect(JSON.stringify(failed.content.status.error)).toContain('MiB for 1 s, allowed: 250');
  await eventually(
    () => observer.events().filter((event) => event === 'started ts_1').length === 2,
    'it is started again',
  );
  expect(isRunning(pid!)).toBe(false);
  const { records } = (await client.request(TRANSACTION, {
    action: 'why',
    serviceId: 'ts_1',
  })) as HistoryReply;
  expect(records.map(({ kind, text }) => `${kind}: ${text.replace(/ts_1 had.*/, '...')}`)).toEqual([
    expect.stringMatching(/^command: start/),
    'effect: launch',
    'event: started',
    'event: failed: ...',
    'transition: on_fail: restart ts_1',
    'effect: launch',
    'event: started',
  ]);
  expect(observer.events()).not.toContain('created ts_2');
});

test('With the event updated a service keeps running; the excess is reported once, and triggers on_update.', async () => {
  await using test = await openProvider([
    {
      id: 'ts_1',
      instance: 'Hoards',
      configuration: { mib: '100', most_mib: '300' },
      supervision: { limit: [{ metric: 'rss', above: 200, for_s: 0, event: 'updated' }] },
      transitions: { on_update: 'start ts_2' },
    },
    {
      id: 'ts_2',
      instance: 'Forever',
      supervision: { limit: [{ metric: 'rss', above: 1, for_s: 2, event: 'updated' }] },
      entry: 'on_update',
    },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: TRANSACTION });
  const updated = await observer.waitForEvent('ts_1', 'updated');
  expect(updated.content.status).toMatchObject({
    result: 'success',
    reason: 'limit',
    metric: 'rss',
    above: 200,
  });
  // Further looks, which the limit of ts_2 needs, have come to the same, and say nothing.
  expect((await observer.waitForEvent('ts_2', 'updated')).content.status).toMatchObject({ for_s: 2 });
  expect(observer.events().filter((event) => event === 'updated ts_1')).toHaveLength(1);
  const [entry] = await client.top(TRANSACTION);
  expect(entry).toMatchObject({ pid: status.services[0]!.pid, status: 'started' });
});

test('What the children of a service cost counts as its own: all of them are ended.', async () => {
  await using test = await openProvider([
    {
      id: 'ts_1',
      instance: 'SpawnsSpinner',
      supervision: { limit: { metric: 'cpu', above: 10, for_s: 1, event: 'failed' } },
    },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: TRANSACTION });
  const [entry] = await client.top(TRANSACTION);
  const family = [entry!.pid!, ...entry!.memory!.children.map(({ pid }) => pid)];
  expect(family).toHaveLength(3);
  const { content } = await observer.waitForEvent('ts_1', 'failed');
  expect(content.status).toMatchObject({ reason: 'limit', metric: 'cpu', for_s: 1 });
  await eventually(() => !family.some(isRunning), 'nothing of it is left');
});

test('Of the threads of one process only the one that exceeds its limit fails.', async () => {
  const supervision = {
    limit: [{ metric: 'cpu', above: 10, for_s: 1 }],
    heartbeat_s: 0.5,
    stop_timeout_s: 1,
  };
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Forever', serviceType: 'Thread', supervision },
    { id: 'ts_2', instance: 'Spins', serviceType: 'Thread', supervision },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: TRANSACTION });
  const { content } = await observer.waitForEvent('ts_2', 'failed');
  expect(content.status).toMatchObject({ reason: 'limit', metric: 'cpu' });
  const [one, other] = await client.top(TRANSACTION);
  expect(one).toMatchObject({ status: 'started' });
  expect(other).toMatchObject({ status: 'failed' });
});

test('A service that was adopted is watched as well.', async () => {
  await using project = await openProject([
    {
      id: 'ts_1',
      instance: 'SpawnsSpinner',
      supervision: { limit: [{ metric: 'cpu', above: 10, for_s: 4 }] },
    },
  ]);
  const first = await project.startProvider();
  await first.command('start');
  const { pid } = (await first.tasks()).ts_1!;
  await first.kill();
  const second = await project.startProvider();
  expect((await second.tasks()).ts_1).toMatchObject({ pid });
  expect(await second.waitForStatus('ts_1', 'failed', 20_000)).toMatchObject({ reason: 'limit' });
  await eventually(() => !isRunning(pid!), 'it is gone');
});
