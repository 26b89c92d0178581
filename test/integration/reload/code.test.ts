// reload restarts the services whose code has changed since their launch, and reports them.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { ServiceSpec } from '../../helpers/context.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { programService } from '../../helpers/program-services.js';
import { openProject, TRANSACTION, type ProviderProcess, type Project } from '../../helpers/project.js';

expectNoLeftovers();

const SERVICE = `import { defineService, LoopedTask } from 'contextd/task';
import { edition } from '../../lib/edition.js';
class Edition extends LoopedTask {
  override onStart() { this.notify('updated', { edition }); }
  override step() { return this.pause(60_000); }
}
export default defineService({ task: Edition });\n`;
const COMPUTED = `import { defineService, LoopedTask } from 'contextd/task';
const load = async (name: string) => (await import(\`./\${name}.ts\`)).edition as string;
class Plugs extends LoopedTask {
  override async onStart() { this.notify('updated', { edition: await load('plug') }); }
  override step() { return this.pause(60_000); }
}
export default defineService({ task: Plugs });\n`;

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

const edition = (text: string) => `export const edition: string = '${text}';\n`;

/** Services of each kind whose code can change, and one whose code does not. */
const specs = (folder: string): readonly ServiceSpec[] => {
  const location = join(folder, 'services');
  return [
    { id: 'ts_1', instance: 'Edition', location },
    { id: 'ts_2', instance: 'Edition', location, serviceType: 'Thread' },
    { id: 'ts_3', instance: 'Plugs', location },
    programService('ts_4', { program: 'sh', arg: [join(folder, 'loop.sh')] }),
    { id: 'ts_5', instance: 'Forever' },
  ];
};

const FIRST = {
  'services/Edition/index.ts': SERVICE,
  'services/Plugs/index.ts': COMPUTED,
  'services/Plugs/plug.ts': edition('first'),
  'lib/edition.ts': edition('first'),
  'loop.sh': 'exec sleep 1000 # first\n',
};
const SECOND = {
  'services/Plugs/plug.ts': edition('second'),
  'lib/edition.ts': edition('second'),
  'loop.sh': 'exec sleep 1000 # second\n',
};
const ALL = ['ts_1', 'ts_2', 'ts_3', 'ts_4', 'ts_5'];
const CHANGED = ['ts_1', 'ts_2', 'ts_3', 'ts_4'];
const NOTHING = { added: [], removed: [], changed: [], updated: [], unchanged: [] };
const reasons = Object.fromEntries(CHANGED.map((id) => [id, ['code']]));

async function openEditions(): Promise<AsyncDisposable & { project: Project; first: ProviderProcess }> {
  const project = await openProject(specs);
  await writeFiles(project.folder, FIRST);
  const first = await project.startProvider();
  await first.command('start');
  return { project, first, [Symbol.asyncDispose]: () => project[Symbol.asyncDispose]() };
}

async function reload(
  project: Project,
  { client }: ProviderProcess,
  more: { readonly isDryRun?: boolean } = {},
) {
  const configuration = project.configure(specs(project.folder));
  return (await client.command({ action: 'reload', transaction: TRANSACTION, configuration, ...more }))
    .status;
}

async function runs(provider: ProviderProcess): Promise<Readonly<Record<string, number>>> {
  return Object.fromEntries(Object.entries(await provider.tasks()).map(([id, { run }]) => [id, run]));
}

test('Services with changed code restart, in processes, threads and programs; a dry run only lists them.', async () => {
  await using editions = await openEditions();
  const { project, first } = editions;
  expect((await reload(project, first)).plan).toEqual({ ...NOTHING, unchanged: ALL });
  await writeFiles(project.folder, SECOND);
  const plan = { ...NOTHING, changed: CHANGED, unchanged: ['ts_5'] };
  expect(await reload(project, first, { isDryRun: true })).toMatchObject({ plan, reasons, services: [] });
  expect(await runs(first)).toEqual({ ts_1: 1, ts_2: 1, ts_3: 1, ts_4: 1, ts_5: 1 });
  expect(await reload(project, first)).toMatchObject({ result: 'success', plan, reasons });
  expect(await runs(first)).toEqual({ ts_1: 2, ts_2: 2, ts_3: 2, ts_4: 2, ts_5: 1 });
  expect((await reload(project, first)).plan).toEqual({ ...NOTHING, unchanged: ALL });
});

test('The next provider knows the code version of adopted services.', async () => {
  await using editions = await openEditions();
  const { project, first } = editions;
  await first.kill();
  await writeFiles(project.folder, SECOND);
  const second = await project.startProvider();
  for (const id of ALL) await second.waitForStatus(id, 'started');
  const plan = { ...NOTHING, changed: CHANGED, unchanged: ['ts_5'] };
  expect(await reload(project, second)).toMatchObject({ result: 'success', plan, reasons });
  expect(await runs(second)).toEqual({ ts_1: 2, ts_2: 2, ts_3: 2, ts_4: 2, ts_5: 1 });
});

test('New code that does not compile is rejected with its line, and all services keep running.', async () => {
  await using editions = await openEditions();
  const { project, first } = editions;
  await writeFiles(project.folder, { ...SECOND, 'lib/edition.ts': '\nexport const edition = ;\n' });
  const { result, services } = await reload(project, first);
  expect(result).toBe('failure');
  expect(services.map((each) => each.service_id).toSorted()).toEqual(['ts_1', 'ts_2']);
  expect(services[0]!.error).toMatchObject({ code: 'SVC_BUILD_FAILED' });
  expect(services[0]!.error!.message).toContain(`${join(project.folder, 'lib/edition.ts')}:2:24: `);
  expect(await runs(first)).toEqual({ ts_1: 1, ts_2: 1, ts_3: 1, ts_4: 1, ts_5: 1 });
});
