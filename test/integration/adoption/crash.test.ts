// A provider is killed: its services keep running, and the next provider supervises them.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { isRunning } from '../../helpers/processes.js';
import { openProject, TRANSACTION, type ProviderProcess } from '../../helpers/project.js';

expectNoLeftovers();

async function fired(provider: ProviderProcess, text: string): Promise<number> {
  const { records } = (await provider.client.request(TRANSACTION, { action: 'history' })) as {
    readonly records: readonly { readonly text: string }[];
  };
  return records.filter((each) => each.text === text).length;
}

test('Services keep running with the same pid; the next provider keeps their counters and controls them.', async () => {
  await using project = await openProject([
    { id: 'ts_1', instance: 'Ticks' },
    { id: 'ts_2', instance: 'Forever', transitions: { on_fail: 'restart ts_2' } },
    { id: 'ts_3', instance: 'SpawnsGrandchild' },
  ]);
  const first = await project.startProvider();
  await first.command('start');
  process.kill((await first.tasks()).ts_2!.pid!, 'SIGKILL');
  await eventually(async () => (await first.tasks()).ts_2?.run === 2, 'ts_2 runs again');
  await first.waitForStatus('ts_2', 'started');
  const before = await first.tasks();
  await first.kill();
  expect(Object.values(before).every(({ pid }) => isRunning(pid!))).toBe(true);

  const second = await project.startProvider();
  for (const id of Object.keys(before)) await second.waitForStatus(id, 'started');
  const after = await second.tasks();
  const identify = (tasks: typeof before) =>
    Object.values(tasks).map(({ service_id: id, pid, status, run, restarts }) => ({
      id,
      pid,
      status,
      run,
      restarts,
    }));
  expect(identify(after)).toEqual(identify(before));
  expect(after.ts_2).toMatchObject({ run: 2, restarts: 1 });
  expect(second.warnings()).toMatch(
    new RegExp(`adopted in ${TRANSACTION}: .*\\bts_1 \\(pid ${before.ts_1!.pid!}\\)`),
  );
  await using observer = await observeBus(project.endpoints);
  const updated = await observer.waitForEvent('ts_1', 'updated');
  expect(updated.content.status.pid).toBe(before.ts_1!.pid);
  await eventually(
    async () => (await second.tasks()).ts_1?.event_loop_lag_ms !== undefined,
    'its heartbeat arrives',
  );

  const [restarted] = await second.command('restart', 'ts_2');
  expect(restarted).toMatchObject({ state: 'started' });
  expect(restarted!.pid).not.toBe(before.ts_2!.pid);
  expect(isRunning(before.ts_2!.pid!)).toBe(false);
  expect(await second.command('stop', 'ts_3')).toMatchObject([{ state: 'stopped', pid: null }]);
  expect(await second.command('stop', 'ts_1')).toMatchObject([{ state: 'stopped', pid: null }]);
  expect(observer.events()).toContain('stopped ts_1');
  expect(project.processes().map(({ pid }) => pid)).toEqual([restarted!.pid]);
});

test('A service that is killed without a provider fails with died_unattended; on_fail fires once.', async () => {
  await using project = await openProject([
    { id: 'ts_1', instance: 'Forever', transitions: { on_fail: 'start ts_2' } },
    { id: 'ts_2', instance: 'Forever', entry: 'on_fail' },
  ]);
  const first = await project.startProvider();
  await first.command('start');
  const { pid } = (await first.tasks()).ts_1!;
  await first.kill();
  process.kill(pid!, 'SIGKILL');
  await eventually(() => !isRunning(pid!), 'it is gone');
  const second = await project.startProvider();
  await second.waitForStatus('ts_2', 'started');
  expect(await second.tasks()).toMatchObject({
    ts_1: { status: 'failed', reason: 'died_unattended', pid: null, run: 1 },
    ts_2: { run: 1 },
  });
  expect(project.processes()).toHaveLength(1);
  await second.kill();
  const third = await project.startProvider();
  expect(await third.waitForStatus('ts_2', 'started')).toMatchObject({ run: 1 });
  expect((await third.tasks()).ts_1).toMatchObject({ status: 'failed', run: 1 });
  expect(await fired(third, 'on_fail: start ts_2')).toBe(1);
});

test('A service with only a child process left fails with died_unattended, and the child is killed.', async () => {
  await using project = await openProject([{ id: 'ts_1', instance: 'SpawnsGrandchild' }]);
  const first = await project.startProvider();
  await first.command('start');
  const { pid } = (await first.tasks()).ts_1!;
  await eventually(() => project.processes().length === 2, 'it has a child');
  await first.kill();
  process.kill(pid!, 'SIGKILL');
  await eventually(() => project.processes().length === 1, 'only the child is left');
  const second = await project.startProvider();
  expect(await second.waitForStatus('ts_1', 'failed')).toMatchObject({ reason: 'died_unattended' });
  expect(project.processes()).toEqual([]);
  expect(second.warnings()).toContain(`ended what was left of ts_1 of ${TRANSACTION}`);
});

test.each([
  ['exited', 'end_gate'],
  ['stopped', 'SIGTERM'],
])('A service that %s without a provider reports that to the next one.', async (status, how) => {
  await using project = await openProject((folder) => [
    {
      id: 'ts_1',
      instance: 'Gated',
      configuration: { end_gate: join(folder, 'end_gate') },
      transitions: { on_exit: 'start ts_2' },
    },
    { id: 'ts_2', instance: 'Forever', entry: 'on_exit' },
  ]);
  const first = await project.startProvider();
  await first.command('start');
  const { pid } = (await first.tasks()).ts_1!;
  await first.kill();
  await eventually(
    async () => (await project.log('ts_1')).includes('the provider is gone'),
    'it has noticed',
  );
  if (how === 'SIGTERM') process.kill(pid!, 'SIGTERM');
  else await project.openGate(how);
  const second = await project.startProvider();
  expect(await second.waitForStatus('ts_1', status)).toMatchObject({ pid: null, run: 1 });
  await second.waitForStatus('ts_2', 'started');
  expect(isRunning(pid!)).toBe(false);
  expect(await fired(second, 'on_exit: start ts_2')).toBe(1);
  expect(second.notices()).toContainEqual(
    expect.objectContaining({
      kind: 'event',
      event: expect.objectContaining({
        header: expect.objectContaining({ action: status, service_id: 'ts_1' }) as unknown,
      }) as unknown,
    }),
  );
});

test('The next provider launches a service in back-off, stops a stopping one and sees a starting one start.', async () => {
  await using project = await openProject((folder) => [
    {
      id: 'ts_1',
      instance: 'FailsLater',
      configuration: { after_ms: '1' },
      transitions: { on_fail: 'start ts_1' },
      supervision: { backoff_s: 3000, backoff_max_s: 3000 },
    },
    {
      id: 'ts_2',
      instance: 'Gated',
      configuration: { stop_gate: join(folder, 'stop_gate') },
      supervision: { stop_timeout_s: 60 },
    },
    {
      id: 'ts_3',
      instance: 'Gated',
      configuration: { start_gate: join(folder, 'start_gate') },
      supervision: { start_timeout_s: 60 },
    },
  ]);
  const first = await project.startProvider();
  void first.command('start').catch(() => undefined);
  const { run } = await first.waitForStatus('ts_1', 'backoff');
  await first.waitForStatus('ts_2', 'started');
  void first.command('stop', 'ts_2').catch(() => undefined);
  await first.waitForStatus('ts_2', 'stopping');
  await eventually(async () => (await first.tasks()).ts_3!.pid !== null, 'ts_3 has a process');
  const before = await first.tasks();
  const journaled = () =>
    project.journal().transactions[0]?.services.map(({ id, status }) => `${id} ${status}`);
  const expected = ['ts_1 backoff', 'ts_2 stopping', 'ts_3 starting'];
  await eventually(() => journaled()?.join() === expected.join(), 'the journal says so');
  await first.kill();

  const second = await project.startProvider();
  await eventually(async () => (await second.tasks()).ts_1!.run === run + 1, 'ts_1 is launched');
  expect((await second.tasks()).ts_2).toMatchObject({ status: 'stopping', pid: before.ts_2!.pid });
  expect((await second.tasks()).ts_3).toMatchObject({ status: 'starting', pid: before.ts_3!.pid });
  await project.openGate('stop_gate');
  await second.waitForStatus('ts_2', 'stopped');
  await project.openGate('start_gate');
  expect(await second.waitForStatus('ts_3', 'started')).toMatchObject({ pid: before.ts_3!.pid, run: 1 });
});

test('A service that becomes ready without a provider is started for the next one.', async () => {
  await using project = await openProject((folder) => [
    { id: 'ts_1', instance: 'Gated', configuration: { start_gate: join(folder, 'start_gate') } },
  ]);
  const first = await project.startProvider();
  void first.command('start').catch(() => undefined);
  await eventually(async () => (await first.tasks()).ts_1?.action === 'created', 'it is there');
  const { pid } = (await first.tasks()).ts_1!;
  await first.kill();
  await project.openGate('start_gate');
  await eventually(
    async () => (await project.log('ts_1')).includes('the provider is gone'),
    'it has noticed',
  );
  const second = await project.startProvider();
  expect(await second.waitForStatus('ts_1', 'started')).toMatchObject({ pid, run: 1 });
});
