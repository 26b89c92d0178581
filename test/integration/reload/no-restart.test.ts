// Changes that only the provider uses (description, transitions, entry, supervision) apply without restart.

import { expect, test } from 'vitest';
import { clientConfiguration, type ServiceSpec } from '../../helpers/context.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { openRunning, type RunningContext } from './running-context.js';

expectNoLeftovers();

const resident: ServiceSpec = { id: 'ts_1', instance: 'Forever' };
const onDemand = (id: string): ServiceSpec => ({ id, instance: 'Forever', entry: 'on_exit' });

async function expectOnlyUpdated(running: RunningContext, act: () => Promise<unknown>): Promise<void> {
  const before = await running.pids();
  const events = running.observer.events();
  expect(await act()).toMatchObject({
    status: {
      result: 'success',
      services: [],
      plan: { added: [], removed: [], changed: [], updated: ['ts_1'] },
    },
  });
  expect(await running.pids()).toEqual(before);
  expect(running.observer.events()).toEqual(events);
}

test('A changed description restarts nothing and is reported from then on.', async () => {
  await using running = await openRunning([resident]);
  const configuration = clientConfiguration([resident]);
  const [service] = configuration.TaskService;
  const TaskService = [{ ...service!, Task: { ...service!.Task, description: 'stays up all night' } }];
  await expectOnlyUpdated(running, () =>
    running.reload([], { configuration: { ...configuration, TaskService } }),
  );
  expect(await running.tasks()).toMatchObject([{ task: { Task: { description: 'stays up all night' } } }]);
});

test('A changed limit restarts nothing and applies from then on.', async () => {
  const limited = (above: string): ServiceSpec => ({
    ...resident,
    supervision: { limit: [{ metric: 'threads', above, event: 'updated' }] },
  });
  await using running = await openRunning([limited('1000')]);
  await expectOnlyUpdated(running, () => running.reload([limited('1')]));
  const { content } = await running.observer.waitForEvent('ts_1', 'updated');
  expect(content.status).toMatchObject({ reason: 'limit', metric: 'threads', above: 1, for_s: 0 });
});

test('A changed transition restarts nothing and fires as newly defined.', async () => {
  const others = [onDemand('ts_2'), onDemand('ts_3')];
  await using running = await openRunning([
    { ...resident, transitions: { on_exit: 'start ts_2' } },
    ...others,
  ]);
  const next = { ...resident, transitions: { on_exit: 'start ts_3' } };
  await expectOnlyUpdated(running, () => running.reload([next, ...others]));
  await running.client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_1' });
  await running.observer.waitForEvent('ts_3', 'started');
  expect(running.transitions()).toEqual(['ts_1 on_exit: start ts_3']);
  expect(running.eventsOf('ts_2')).toEqual([]);
});

test('A removed transition does not fire any more, and a new one fires.', async () => {
  const others = [onDemand('ts_2')];
  await using running = await openRunning([
    { ...resident, transitions: { on_exit: 'start ts_2' } },
    ...others,
  ]);
  await expectOnlyUpdated(running, () => running.reload([resident, ...others]));
  await running.client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_1' });
  expect(running.transitions()).toEqual([]);
  const { status } = await running.reload([
    { ...resident, transitions: { on_start: 'start ts_2' } },
    ...others,
  ]);
  expect(status.plan).toMatchObject({ updated: ['ts_1'], unchanged: ['ts_2'] });
  await running.client.command({ action: 'start', transaction: 'T1', serviceId: 'ts_1' });
  await running.observer.waitForEvent('ts_2', 'started');
  expect(running.transitions()).toEqual(['ts_1 on_start: start ts_2']);
});

test('A changed entry starts and stops nothing and applies to the next start.', async () => {
  const second: ServiceSpec = { id: 'ts_2', instance: 'Forever' };
  await using running = await openRunning([resident, second]);
  await expectOnlyUpdated(running, () => running.reload([{ ...resident, entry: 'on_exit' }, second]));
  await running.client.command({ action: 'stop', transaction: 'T1' });
  const { status } = await running.client.command({ action: 'start', transaction: 'T1' });
  expect(status.services).toMatchObject([{ service_id: 'ts_2', state: 'started' }]);
  expect(await running.tasks()).toMatchObject([{ status: 'stopped' }, { status: 'started' }]);
});

test('A changed supervision restarts nothing and limits the restarts from then on.', async () => {
  const supervised = (most: number): ServiceSpec => ({
    ...resident,
    transitions: { on_fail: 'restart ts_1' },
    supervision: { max_restarts: most, backoff_s: 0.01 },
  });
  await using running = await openRunning([supervised(5)]);
  const { ts_1: first } = await running.pids();
  process.kill(first!, 'SIGKILL');
  await running.observer.seen.waitFor(
    () => running.eventsOf('ts_1').filter((event) => event === 'started').length === 2,
  );
  await expectOnlyUpdated(running, () => running.reload([supervised(0)]));
  const { ts_1: second } = await running.pids();
  process.kill(second!, 'SIGKILL');
  const gaveUp = await running.observer.seen.waitFor(({ body }) =>
    JSON.stringify(body).includes('"reason":"gave_up"'),
  );
  expect(gaveUp.body).toMatchObject({
    content: { status: { error: { message: expect.stringContaining('0 times') as string } } },
  });
  expect(await running.pids()).toEqual({ ts_1: null });
});

test('An unchanged file changes nothing.', async () => {
  const services = [{ ...resident, transitions: { on_exit: 'start ts_2' } }, onDemand('ts_2')];
  await using running = await openRunning(services);
  const before = await running.tasks();
  const events = running.observer.events();
  const { status } = await running.reload(services);
  expect(status).toEqual({
    result: 'success',
    services: [],
    plan: { added: [], removed: [], changed: [], updated: [], unchanged: ['ts_1', 'ts_2'] },
  });
  expect((await running.tasks()).map(({ pid, run, since }) => ({ pid, run, since }))).toEqual(
    before.map(({ pid, run, since }) => ({ pid, run, since })),
  );
  expect(running.observer.events()).toEqual(events);
});
