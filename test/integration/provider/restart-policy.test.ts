// <restart> of <supervision>: a service that has ended is started again, alone, and never after a stop command.

import { expect, test } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { openProject, type ProviderProcess } from '../../helpers/project.js';

expectNoLeftovers();

const fast = { backoff_s: 0.1, backoff_max_s: 0.1 };

async function restarted(provider: ProviderProcess, id: string, fromPid: number) {
  return await eventually(async () => {
    const task = (await provider.tasks())[id]!;
    return task.status === 'started' && task.pid !== fromPid ? task : undefined;
  }, `${id} runs again`);
}

test('A killed service with on-failure runs again, and no other service is restarted.', async () => {
  const supervision = { ...fast, restart: 'on-failure' };
  await using project = await openProject([
    { id: 'ts_1', instance: 'Forever', supervision },
    { id: 'ts_2', instance: 'Forever', supervision },
    { id: 'ts_3', instance: 'Forever' },
  ]);
  const provider = await project.startProvider();
  await provider.command('start');
  const before = await provider.tasks();
  for (const id of ['ts_1', 'ts_3']) process.kill(before[id]!.pid!, 'SIGKILL');
  expect((await restarted(provider, 'ts_1', before.ts_1!.pid!)).run).toBe(2);
  await provider.waitForStatus('ts_3', 'failed');
  expect((await provider.tasks()).ts_2).toMatchObject({ pid: before.ts_2!.pid, run: 1 });

  await provider.command('stop', 'ts_1');
  expect((await provider.tasks()).ts_1).toMatchObject({ status: 'stopped', run: 2 });
});

test('always restarts also after a clean exit, until the limit is reached.', async () => {
  const supervision = { ...fast, max_restarts: 2, restart_window_s: 3600, restart: 'always' };
  const configuration = { after_ms: '1' };
  await using project = await openProject([
    { id: 'ts_1', instance: 'ExitsLater', configuration, supervision },
    {
      id: 'ts_2',
      instance: 'ExitsLater',
      configuration,
      supervision: { ...supervision, restart: 'on-failure' },
    },
  ]);
  const provider = await project.startProvider();
  await provider.command('start');
  expect(await provider.waitForStatus('ts_1', 'failed')).toMatchObject({ run: 3, reason: 'gave_up' });
  expect(await provider.waitForStatus('ts_2', 'exited')).toMatchObject({ run: 1 });
});

test('A service that ended while there was no provider is started again by the next one.', async () => {
  await using project = await openProject([
    { id: 'ts_1', instance: 'Forever', supervision: { ...fast, restart: 'on-failure' } },
  ]);
  const first = await project.startProvider();
  await first.command('start');
  const { pid } = (await first.tasks()).ts_1!;
  await first.kill();
  process.kill(pid!, 'SIGKILL');
  const second = await project.startProvider();
  expect((await restarted(second, 'ts_1', pid!)).run).toBe(2);
});
