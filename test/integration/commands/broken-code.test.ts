// What runs is not stopped for a successor whose code is not there or does not compile.

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { CommandAnswer } from '../../../src/client/client.js';
import { fixtureServices, type ServiceSpec } from '../../helpers/context.js';
import { openFolder } from '../../helpers/folder.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { openRunning, type RunningContext } from '../reload/running-context.js';

expectNoLeftovers();

const good = `export { default } from ${JSON.stringify(join(fixtureServices, 'Forever', 'index.ts'))};\n`;

interface BrokenContext extends AsyncDisposable {
  readonly running: RunningContext;
  readonly folder: string;
  /** Of ts_1, whose code the tests break; ts_2 has nothing to do with it. */
  readonly source: string;
  readonly specs: readonly [ServiceSpec, ServiceSpec];
  restart(serviceId?: string): Promise<CommandAnswer>;
}

async function openBrokenContext(): Promise<BrokenContext> {
  const folder = await openFolder();
  const source = join(folder.path, 'Mine', 'index.ts');
  await mkdir(dirname(source));
  await writeFile(source, good);
  const specs = [
    { id: 'ts_1', instance: 'Mine', location: folder.path },
    { id: 'ts_2', instance: 'Forever' },
  ] as const;
  const running = await openRunning(specs);
  return {
    running,
    folder: folder.path,
    source,
    specs,
    restart: (serviceId = '') => running.client.command({ action: 'restart', transaction: 'T1', serviceId }),
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const faults: readonly (readonly [string, string, (context: BrokenContext) => Promise<unknown>])[] = [
  ['does not compile', 'SVC_BUILD_FAILED', ({ source }) => writeFile(source, 'const a = 1;\nexport {{;\n')],
  [
    'imports what is not there',
    'SVC_BUILD_FAILED',
    ({ source }) => writeFile(source, "import './gone.js';\n"),
  ],
  ['is not there', 'SVC_NOT_FOUND', ({ source }) => rm(dirname(source), { recursive: true })],
];

test.each(faults)(
  'A restart is refused when the code %s, and the running services keep running.',
  async (_, code, spoil) => {
    await using context = await openBrokenContext();
    const { running } = context;
    const before = await running.pids();
    await spoil(context);
    const hint = expect.stringContaining('no service was stopped') as string;
    for (const serviceId of ['ts_1', '']) {
      const { status } = await context.restart(serviceId);
      expect(status).toMatchObject({ result: 'failure', error: { code, hint } });
      expect(status.services).toMatchObject([
        { service_id: 'ts_1', state: 'started', pid: before.ts_1, error: { code } },
      ]);
    }
    expect(await running.pids()).toEqual(before);
    expect(running.eventsOf('ts_1')).toEqual(['created', 'started']);
    await mkdir(dirname(context.source), { recursive: true });
    await writeFile(context.source, good);
    expect((await context.restart('ts_1')).status).toMatchObject({ result: 'success' });
    expect((await running.pids()).ts_1).not.toBe(before.ts_1);
  },
);

test('The refusal of code that does not compile names file and line.', async () => {
  await using context = await openBrokenContext();
  await writeFile(context.source, 'const a = 1;\nexport {{;\n');
  const { status } = await context.restart('ts_1');
  expect(status.error).toMatchObject({ file: context.source, line: 2 });
});

test('A reload that would restart a service into broken code changes nothing, asked about or done.', async () => {
  await using context = await openBrokenContext();
  const { running, specs } = context;
  const [first, second] = specs;
  const before = await running.pids();
  const next = [{ ...first, configuration: { label: 'new' } }, second, { id: 'ts_3', instance: 'Forever' }];
  await writeFile(context.source, 'export {{;\n');
  const plan = { added: ['ts_3'], removed: [], changed: ['ts_1'], updated: [], unchanged: ['ts_2'] };
  for (const isDryRun of [true, false]) {
    const { status } = await running.reload(next, { isDryRun });
    expect(status).toMatchObject({ result: 'failure', error: { code: 'SVC_BUILD_FAILED' }, plan });
  }
  expect(await running.pids()).toEqual(before);
  await writeFile(context.source, good);
  expect((await running.reload(next)).status).toMatchObject({ result: 'success', plan });
});

test('A stop that comes while the code of restarts is looked at comes after them.', async () => {
  await using context = await openBrokenContext();
  const { running } = context;
  await writeFile(context.source, `// Compiled again.\n${good}`);
  const restarted = Promise.all([context.restart('ts_1'), context.restart('ts_1'), context.restart('ts_2')]);
  const stopped = running.client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_1' });
  await restarted;
  expect((await stopped).status.services).toMatchObject([{ service_id: 'ts_1', state: 'stopped' }]);
  expect((await running.pids()).ts_1).toBeNull();
});

test('A provider that ends while the code of a restart is looked at starts nothing any more.', async () => {
  await using context = await openBrokenContext();
  const { running } = context;
  await writeFile(context.source, `// Compiled again.\n${good}`);
  const restarted = running.test.provider.execute('restart', 'T1');
  await running.test.provider.close();
  expect((await restarted).status.error?.code).toBe('CTX_ENDING');
});
