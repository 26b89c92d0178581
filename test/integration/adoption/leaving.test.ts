// Providers that end on purpose, with or without their services.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { isRunning } from '../../helpers/processes.js';
import { openProject } from '../../helpers/project.js';

expectNoLeftovers();

test('exit leaves an empty journal, and a later provider starts nothing.', async () => {
  await using project = await openProject([
    { id: 'ts_1', instance: 'Forever' },
    { id: 'ts_2', instance: 'Ticks', transitions: { on_exit: 'start ts_1' } },
  ]);
  const first = await project.startProvider();
  await first.command('start');
  await first.client.command({ action: 'exit' });
  expect(await first.program.ended).toEqual({ code: 0, signal: null });
  expect(project.journal().transactions).toEqual([]);
  expect(project.processes()).toEqual([]);
  const second = await project.startProvider();
  expect(await second.tasks()).toEqual({});
  expect(second.warnings()).toBe('');
  expect(project.processes()).toEqual([]);
});

test.each(['--detach_on_exit', '--detach-on-exit'])(
  'With %s Ctrl-C leaves the services running, and the next provider adopts them.',
  async (flag) => {
    await using project = await openProject([
      { id: 'ts_1', instance: 'Ticks' },
      { id: 'ts_2', instance: 'SpawnsGrandchild' },
    ]);
    const first = await project.startProvider(flag);
    await first.command('start');
    const before = await first.tasks();
    first.program.child.kill('SIGINT');
    expect(await first.program.ended).toEqual({ code: 0, signal: null });
    expect(first.notices().at(-1)).toMatchObject({ kind: 'closed', isDetached: true });
    expect(Object.values(before).every(({ pid }) => isRunning(pid!))).toBe(true);
    const second = await project.startProvider('--start');
    const pids = (tasks: typeof before) => Object.values(tasks).map(({ pid, run }) => ({ pid, run }));
    expect(pids(await second.tasks())).toEqual(pids(before));
    second.program.child.kill('SIGINT');
    expect(await second.program.ended).toEqual({ code: 0, signal: null });
    expect(project.processes()).toEqual([]);
  },
);

test('Services that no provider adopts end after orphan_grace_s.', async () => {
  const supervision = { orphan_grace_s: 1, stop_timeout_s: 1 };
  await using project = await openProject(
    ['Ticks', 'IgnoresStop'].map((instance, index) => ({ id: `ts_${index}`, instance, supervision })),
  );
  const first = await project.startProvider('--detach_on_exit');
  await first.command('start');
  first.program.child.kill('SIGTERM');
  await first.program.ended;
  expect(project.processes()).toHaveLength(2);
  await eventually(() => project.processes().length === 0, 'they have ended');
  const second = await project.startProvider();
  expect(await second.tasks()).toMatchObject({
    ts_0: { status: 'failed', reason: 'died_unattended' },
    ts_1: { status: 'failed', reason: 'died_unattended' },
  });
});

test('--start after a take-over starts only services without processes.', async () => {
  await using project = await openProject([
    { id: 'ts_1', instance: 'Forever' },
    { id: 'ts_2', instance: 'Forever' },
  ]);
  const first = await project.startProvider('--start');
  await first.waitForStatus('ts_1', 'started');
  await first.waitForStatus('ts_2', 'started');
  const before = await first.tasks();
  await first.kill();
  const second = await project.startProvider('--start');
  expect(Object.values(await second.tasks()).map(({ pid }) => pid)).toEqual(
    Object.values(before).map(({ pid }) => pid),
  );
  expect(project.processes()).toHaveLength(2);
  await second.kill();
  for (const { pid } of project.processes()) process.kill(pid, 'SIGKILL');
  await eventually(() => project.processes().length === 0, 'all are gone, as after a power cut');
  const third = await project.startProvider('--start');
  expect(await third.waitForStatus('ts_1', 'started')).toMatchObject({ run: 2 });
  expect(await third.waitForStatus('ts_2', 'started')).toMatchObject({ run: 2 });
  expect(Object.keys((await third.client.request()) as object)).toHaveLength(1);
});

test('A service that is starting when the provider detaches is started once for the next one.', async () => {
  await using project = await openProject((folder) => [
    { id: 'ts_1', instance: 'Gated', configuration: { start_gate: join(folder, 'open') } },
    { id: 'ts_2', instance: 'Forever' },
  ]);
  const first = await project.startProvider('--detach_on_exit');
  const asked = first.command('start').catch(() => []);
  await first.waitForStatus('ts_2', 'started');
  const { pid, run } = await first.waitForStatus('ts_1', 'starting');
  first.program.child.kill('SIGTERM');
  expect(await first.program.ended).toEqual({ code: 0, signal: null });
  const second = await project.startProvider();
  expect((await second.tasks()).ts_1).toMatchObject({ status: 'starting', pid, run });
  await project.openGate('open');
  expect(await second.waitForStatus('ts_1', 'started')).toMatchObject({ pid, run });
  expect(project.processes()).toHaveLength(2);
  await first.client.close();
  await asked;
});
