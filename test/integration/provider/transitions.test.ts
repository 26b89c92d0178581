// Triggers: each event carries out its transitions exactly once, and only when it should.

import { expect, test } from 'vitest';
import { describeRecord } from '../../../src/messages/history.js';
import type { ServiceSpec } from '../../helpers/context.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider, type TestProvider } from '../../helpers/provider.js';

expectNoLeftovers();

const onDemand: ServiceSpec = { id: 'ts_2', instance: 'Forever', entry: 'on_exit' };
const resident: ServiceSpec = { id: 'ts_2', instance: 'Forever' };

/** `on_start: start ts_2`, ... as the provider carried them out. */
function transitions(test: TestProvider): readonly string[] {
  return test.notices.items.flatMap((each) =>
    each.kind === 'transition' ? [`${each.service} ${describeRecord(each)}`] : [],
  );
}

interface Row {
  readonly title: string;
  readonly first: ServiceSpec;
  readonly second: ServiceSpec;
  readonly carriedOut: string;
  /** What happens to ts_2, in order. */
  readonly effect: readonly string[];
}

const one = (instance: string, transitions: Readonly<Record<string, string>>): ServiceSpec => ({
  id: 'ts_1',
  instance,
  transitions,
});

const rows: readonly Row[] = [
  {
    title: 'on_start starts',
    first: one('Forever', { on_start: 'start ts_2' }),
    second: onDemand,
    carriedOut: 'ts_1 on_start: start ts_2',
    effect: ['created', 'started'],
  },
  {
    title: 'on_update starts',
    first: one('UpdatesOnce', { on_update: 'start ts_2' }),
    second: onDemand,
    carriedOut: 'ts_1 on_update: start ts_2',
    effect: ['created', 'started'],
  },
  {
    title: 'on_fail starts',
    first: one('ThrowsInRun', { on_fail: 'start ts_2' }),
    second: onDemand,
    carriedOut: 'ts_1 on_fail: start ts_2',
    effect: ['created', 'started'],
  },
  {
    title: 'on_fail of a service that fails and lives on starts',
    first: one('Failing', { on_fail: 'start ts_2' }),
    second: onDemand,
    carriedOut: 'ts_1 on_fail: start ts_2',
    effect: ['created', 'started'],
  },
  {
    title: 'on_exit starts',
    first: one('Once', { on_exit: 'start ts_2' }),
    second: onDemand,
    carriedOut: 'ts_1 on_exit: start ts_2',
    effect: ['created', 'started'],
  },
  {
    title: 'on_exit stops',
    first: one('ExitsLater', { on_exit: 'stop ts_2' }),
    second: resident,
    carriedOut: 'ts_1 on_exit: stop ts_2',
    effect: ['created', 'started', 'stopped'],
  },
  {
    title: 'on_exit restarts',
    first: one('ExitsLater', { on_exit: 'restart ts_2' }),
    second: resident,
    carriedOut: 'ts_1 on_exit: restart ts_2',
    effect: ['created', 'started', 'stopped', 'created', 'started'],
  },
  {
    title: 'on_fail stops',
    first: one('FailsLater', { on_fail: 'stop ts_2' }),
    second: resident,
    carriedOut: 'ts_1 on_fail: stop ts_2',
    effect: ['created', 'started', 'stopped'],
  },
];

test.each(rows.map((row) => [row.title, row] as const))(
  '%s another service, exactly once.',
  async (_title, row) => {
    const { first, second, carriedOut, effect } = row;
    await using test = await openProvider([first, second]);
    await using observer = await observeBus(test.provider.endpoints);
    const client = await test.client();
    const ofSecond = () =>
      observer.events().flatMap((event) => (event.endsWith(' ts_2') ? [event.replace(' ts_2', '')] : []));
    await client.command({ action: 'start', transaction: 'T1' });
    await observer.seen.waitFor(() => ofSecond().length === effect.length);
    // A second firing would have been carried out before the answer to this.
    await client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_1' });
    await client.command({ action: 'list' });
    expect(ofSecond()).toEqual(effect);
    expect(transitions(test).filter((each) => each === carriedOut)).toHaveLength(1);
  },
);

test('Every update fires on_update once.', async () => {
  await using test = await openProvider([
    {
      id: 'ts_1',
      instance: 'Burst',
      configuration: { count: '20' },
      transitions: { on_update: 'start ts_2' },
    },
    onDemand,
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  await test.provider.execute('start', 'T1');
  await observer.waitForEvent('ts_1', 'exited');
  await observer.waitForEvent('ts_2', 'started');
  const fired = transitions(test);
  expect(fired).toHaveLength(20);
  expect(fired[0]).toBe('ts_1 on_update: start ts_2');
  expect(fired.slice(1).every((each) => /start ts_2 \(already start(ing|ed)\)$/.test(each))).toBe(true);
  expect(observer.events().filter((event) => event === 'created ts_2')).toHaveLength(1);
});

test('One trigger calls several services.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Once', transitions: { on_exit: 'start ts_2 ts_3' } },
    onDemand,
    { ...onDemand, id: 'ts_3' },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  await test.provider.execute('start', 'T1');
  await Promise.all([observer.waitForEvent('ts_2', 'started'), observer.waitForEvent('ts_3', 'started')]);
});

test.each(['on_update', 'on_fail', 'on_exit'] as const)(
  'A service whose entry is %s has no process until it is called.',
  async (entry) => {
    await using test = await openProvider([
      { id: 'ts_1', instance: 'Forever' },
      { id: 'ts_2', instance: 'Forever', entry },
    ]);
    await using observer = await observeBus(test.provider.endpoints);
    const client = await test.client();
    const { status } = await client.command({ action: 'start', transaction: 'T1' });
    expect(status.services.map((each) => each.service_id)).toEqual(['ts_1']);
    const listed = await client.command({ action: 'list' });
    const services = listed.status.transactions![0]!.services;
    expect(services).toMatchObject([
      { state: 'started' },
      { service_id: 'ts_2', state: 'defined', pid: null },
    ]);
    await client.command({ action: 'restart', transaction: 'T1' });
    expect(observer.events()).not.toContain('created ts_2');
    const called = await client.command({ action: 'start', transaction: 'T1', serviceId: 'ts_2' });
    expect(called.status.services).toMatchObject([{ service_id: 'ts_2', state: 'started' }]);
  },
);

test('A restart fires no on_exit; a stop of one service does.', async () => {
  await using test = await openProvider([one('Forever', { on_exit: 'start ts_2' }), onDemand]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await client.command({ action: 'restart', transaction: 'T1', serviceId: 'ts_1' });
  await client.command({ action: 'restart', transaction: 'T1' });
  expect(transitions(test)).toEqual([]);
  await client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_1' });
  await observer.waitForEvent('ts_2', 'started');
  expect(transitions(test)).toEqual(['ts_1 on_exit: start ts_2']);
});

test('While a whole transaction is being stopped, no trigger fires.', async () => {
  await using test = await openProvider([
    one('Forever', { on_exit: 'start ts_2', on_fail: 'start ts_2', on_update: 'start ts_2' }),
    { ...resident, transitions: { on_exit: 'restart ts_1' } },
    { id: 'ts_3', instance: 'ReportsStop', transitions: { on_update: 'start ts_1', on_exit: 'start ts_1' } },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const { status } = await client.command({ action: 'stop', transaction: 'T1' });
  expect(status.services.every(({ state }) => state === 'stopped')).toBe(true);
  const listed = await client.command({ action: 'list' });
  expect(listed.status.transactions![0]!.services.map(({ state }) => state)).toEqual([
    'stopped',
    'stopped',
    'stopped',
  ]);
  expect(transitions(test)).toEqual([]);
  expect(observer.events().filter((event) => event.startsWith('created'))).toHaveLength(3);
});

test('A transition that asks for what is so already does nothing, and is recorded.', async () => {
  await using test = await openProvider([
    { ...resident, id: 'ts_2' },
    { id: 'ts_1', instance: 'ExitsLater', transitions: { on_exit: 'start ts_2' } },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  await test.provider.execute('start', 'T1');
  await observer.waitForEvent('ts_1', 'exited');
  await test.notices.waitFor((each) => each.kind === 'transition');
  expect(transitions(test)).toEqual(['ts_1 on_exit: start ts_2 (already started)']);
  expect(observer.events().filter((event) => event.endsWith('ts_2'))).toEqual([
    'created ts_2',
    'started ts_2',
  ]);
});
