// node is removed while a provider runs, and there is no other one: running services keep running, and nothing is stopped for what
// could not be started again.

import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { openFolder } from '../../helpers/folder.js';
import { isRunning } from '../../helpers/processes.js';
import { openProject, TRANSACTION, type ProviderProcess, type Project } from '../../helpers/project.js';

expectNoLeftovers();

/** A provider that is run by the node in `folder`, which is the only one in its PATH. */
async function reignWith(project: Project, folder: string): Promise<ProviderProcess> {
  const { execPath, env } = process;
  const { PATH } = env;
  try {
    process.execPath = join(folder, 'node');
    env.PATH = folder;
    return await project.startProvider();
  } finally {
    process.execPath = execPath;
    env.PATH = PATH;
  }
}

test('A restart and a reload without any node are refused, and running services keep running.', async () => {
  await using place = await openFolder();
  const folder = join(place.path, 'bin');
  await mkdir(folder);
  await copyFile(process.execPath, join(folder, 'node'));
  const services = [
    { id: 'ts_1', instance: 'Forever' },
    { id: 'ts_2', instance: 'Forever' },
  ];
  await using project = await openProject(services);
  const provider = await reignWith(project, folder);
  const started = await provider.command('start');
  expect(started.map(({ state }) => state)).toEqual(['started', 'started']);
  await rm(folder, { recursive: true });
  const changed = services.map((each) => ({ ...each, configuration: { label: 'new' } }));
  const requests = [
    { action: 'restart', serviceId: 'ts_1' },
    { action: 'restart' },
    { action: 'reload', configuration: project.configure(changed) },
  ];
  for (const request of requests) {
    const { status } = await provider.client.command({ ...request, transaction: TRANSACTION });
    const { result, error } = status;
    expect({ request: request.action, result, error: error ?? status.services[0]?.error }).toMatchObject({
      result: 'failure',
      error: {
        code: 'SVC_LAUNCH_FAILED',
        message: expect.stringContaining(
          `${join(folder, 'node')} does not exist any more, and PATH contains no other node`,
        ) as string,
        hint: expect.stringContaining('install Node.js again') as string,
      },
    });
  }
  const tasks = await provider.tasks();
  for (const { service_id: id, pid } of started) {
    expect(tasks[id]).toMatchObject({ pid, status: 'started', run: 1 });
    expect(isRunning(pid!)).toBe(true);
  }
});
