// reload applies the difference: added services start, removed services stop, changed services restart.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ContextInfoBody } from '../../../src/messages/context-info.js';
import { clientConfiguration, type ServiceSpec } from '../../helpers/context.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import type { ControlBody } from '../../helpers/bus-observer.js';
import { isRunning } from '../../helpers/processes.js';
import { openRunning, type RunningContext } from './running-context.js';

expectNoLeftovers();

const resident: ServiceSpec = { id: 'ts_1', instance: 'Forever' };
const NOTHING = { added: [], removed: [], changed: [], updated: [], unchanged: [] };

/** The ids in the last context information on the bus. */
function announced({ observer }: RunningContext): readonly string[] {
  const infos = observer.seen.items.filter(
    (each) => each.kind === 'message' && each.message.kind === 'context_info',
  );
  const body = infos.at(-1)?.body as ContextInfoBody;
  return body.content.status.data[0]!.T1!.tasks.map((task) => task.service_id);
}

test('An added service starts if its entry is on_start, and otherwise waits on demand.', async () => {
  await using running = await openRunning([resident]);
  const before = await running.pids();
  const { status, transaction } = await running.reload([
    resident,
    { id: 'ts_2', instance: 'Forever' },
    { id: 'ts_3', instance: 'Forever', entry: 'on_exit' },
    { id: 'ts_4', instance: 'Forever', entry: 'start_now' },
  ]);
  expect(transaction).toBe('T1');
  expect(status.result).toBe('success');
  expect(status.plan).toEqual({ ...NOTHING, added: ['ts_2', 'ts_3', 'ts_4'], unchanged: ['ts_1'] });
  const states = status.services.map((each) => `${each.service_id} ${each.state}`);
  expect(states.toSorted()).toEqual(['ts_2 started', 'ts_4 started']);
  expect(await running.tasks()).toMatchObject([
    { service_id: 'ts_1', status: 'started', pid: before.ts_1 },
    { service_id: 'ts_2', status: 'started', pid: expect.any(Number) as number },
    { service_id: 'ts_3', status: 'defined', pid: null },
    { service_id: 'ts_4', status: 'started', pid: expect.any(Number) as number },
  ]);
  expect(running.eventsOf('ts_1')).toEqual(['created', 'started']);
  expect(running.eventsOf('ts_3')).toEqual([]);
  const called = await running.client.command({ action: 'start', transaction: 'T1', serviceId: 'ts_3' });
  expect(called.status.services).toMatchObject([{ service_id: 'ts_3', state: 'started' }]);
});

test('A removed service stops, disappears from the context information, and its on_exit does not fire.', async () => {
  const called: ServiceSpec = { id: 'ts_2', instance: 'Forever', entry: 'on_exit' };
  await using running = await openRunning([
    { ...resident, transitions: { on_exit: 'start ts_2' } },
    called,
    { id: 'ts_3', instance: 'Forever' },
    { id: 'ts_4', instance: 'Forever', entry: 'on_fail' },
  ]);
  const before = await running.pids();
  const { status } = await running.reload([called, { id: 'ts_3', instance: 'Forever' }]);
  expect(status).toMatchObject({
    result: 'success',
    plan: { ...NOTHING, removed: ['ts_1', 'ts_4'], unchanged: ['ts_2', 'ts_3'] },
    services: [{ service_id: 'ts_1', state: 'stopped', pid: null }],
  });
  expect(isRunning(before.ts_1!)).toBe(false);
  expect(await running.pids()).toEqual({ ts_2: null, ts_3: before.ts_3 });
  expect(running.eventsOf('ts_1')).toEqual(['created', 'started', 'stopped']);
  expect(running.eventsOf('ts_2')).toEqual([]);
  expect(running.transitions()).toEqual([]);
  expect(announced(running)).toEqual(['ts_2', 'ts_3']);
  const gone = await running.client.command({ action: 'start', transaction: 'T1', serviceId: 'ts_1' });
  expect(gone.status.error?.code).toBe('SVC_UNKNOWN');
});

test('A removed service can be added again and runs.', async () => {
  await using running = await openRunning([resident, { id: 'ts_2', instance: 'Forever' }]);
  const before = await running.pids();
  await running.reload([resident]);
  const { status } = await running.reload([resident, { id: 'ts_2', instance: 'Forever' }]);
  expect(status.plan).toEqual({ ...NOTHING, added: ['ts_2'], unchanged: ['ts_1'] });
  const after = await running.pids();
  expect(after.ts_1).toBe(before.ts_1);
  expect(isRunning(after.ts_2!)).toBe(true);
  expect(after.ts_2).not.toBe(before.ts_2);
});

/** Reports its location. */
async function writeMoved(folder: string): Promise<string> {
  const services = join(folder, 'services');
  await mkdir(join(services, 'UpdatesOnce'), { recursive: true });
  await writeFile(
    join(services, 'UpdatesOnce', 'index.ts'),
    `import { defineService, LoopedTask } from 'contextd/task';
     class UpdatesOnce extends LoopedTask {
       override onStart() { this.notify('updated', { place: 'moved' }); }
       override step() { return this.pause(60_000); }
     }
     export default defineService({ task: UpdatesOnce });\n`,
  );
  return services;
}

interface Change {
  readonly before: Partial<ServiceSpec>;
  readonly after: (folder: string) => Promise<Partial<ServiceSpec>> | Partial<ServiceSpec>;
  /** The expected report of the restarted service. */
  readonly reports: Readonly<Record<string, unknown>>;
}

const configured = (label: string): Partial<ServiceSpec> => ({
  instance: 'Configured',
  configuration: { every_s: '1', label },
});

const changes: readonly (readonly [string, Change])[] = [
  [
    'configuration',
    { before: configured('old'), after: () => configured('new'), reports: { label: 'new', every_s: 1 } },
  ],
  [
    'instance',
    {
      before: { instance: 'Forever' },
      after: () => ({ instance: 'UpdatesOnce' }),
      reports: { temperature_c: 21.5 },
    },
  ],
  [
    'location',
    {
      before: { instance: 'UpdatesOnce' },
      after: async (folder) => ({ instance: 'UpdatesOnce', location: await writeMoved(folder) }),
      reports: { place: 'moved' },
    },
  ],
  [
    'service_name',
    {
      before: { instance: 'Named', name: 'named' },
      after: () => ({ instance: 'Named', name: 'renamed' }),
      reports: { identity: { serviceName: 'renamed' } },
    },
  ],
];

test.each(changes)(
  'A service whose %s has changed restarts; the others keep their pid.',
  async (_, change) => {
    const { before, after, reports } = change;
    const whole = (part: Partial<ServiceSpec>): ServiceSpec => ({
      instance: 'Forever',
      ...part,
      id: 'ts_2',
      transitions: { on_exit: 'stop ts_3' },
    });
    const other: ServiceSpec = { id: 'ts_3', instance: 'Forever' };
    await using running = await openRunning([resident, whole(before), other]);
    const pids = await running.pids();
    const next = await after(running.test.folder);
    const { status } = await running.reload([resident, whole(next), other]);
    expect(status.plan).toEqual({ ...NOTHING, changed: ['ts_2'], unchanged: ['ts_1', 'ts_3'] });
    expect(status.services).toMatchObject([{ service_id: 'ts_2', state: 'started' }]);
    const renewed = await running.pids();
    const reported = await running.observer.seen.waitFor(({ body }) => {
      const { header, content } = body as Partial<ControlBody>;
      return header?.action === 'updated' && content?.status.pid === renewed.ts_2;
    });
    expect(reported.body).toMatchObject({ content: { status: reports } });
    expect(renewed).toEqual({ ...pids, ts_2: renewed.ts_2 });
    expect(renewed.ts_2).not.toBe(pids.ts_2);
    const life = running.eventsOf('ts_2').filter((event) => event !== 'updated');
    expect(life).toEqual(['created', 'started', 'stopped', 'created', 'started']);
    expect(running.transitions()).toEqual([]);
  },
);

test('A changed service without a process is not started, and runs with the change when it is called.', async () => {
  const spec = (label: string): ServiceSpec => ({
    ...(configured(label) as ServiceSpec),
    id: 'ts_2',
    entry: 'on_exit',
  });
  await using running = await openRunning([resident, spec('old')]);
  const { status } = await running.reload([resident, spec('new')]);
  expect(status).toMatchObject({ result: 'success', services: [], plan: { changed: ['ts_2'] } });
  expect(running.eventsOf('ts_2')).toEqual([]);
  await running.client.command({ action: 'start', transaction: 'T1', serviceId: 'ts_2' });
  const { content } = await running.observer.waitForEvent('ts_2', 'updated');
  expect(content.status).toMatchObject({ label: 'new' });
});

test('A reload without a transaction is for the only transaction.', async () => {
  await using running = await openRunning([resident]);
  const { transaction, status } = await running.reload([resident, { id: 'ts_2', instance: 'Forever' }], {
    transaction: '',
  });
  expect(transaction).toBe('T1');
  expect(status).toMatchObject({ result: 'success', plan: { added: ['ts_2'] } });
  expect(running.eventsOf('ts_2')).toEqual(['created', 'started']);
});

test('A rejected start does not change the definitions, so that a reload still detects the change.', async () => {
  const specs = (label: string): ServiceSpec[] => [
    { id: 'ts_1', instance: 'Configured', configuration: { every_s: '1', label } },
  ];
  await using running = await openRunning(specs('old'));
  const configuration = clientConfiguration(specs('new'));
  const refused = await running.client.command({ action: 'start', transaction: 'T1', configuration });
  expect(refused.status.error?.code).toBe('SVC_ALREADY_STARTED');
  const { status } = await running.reload(specs('new'));
  expect(status.plan).toEqual({ ...NOTHING, changed: ['ts_1'] });
});

test('validate requires a configuration.', async () => {
  await using running = await openRunning([resident]);
  const { status } = await running.client.command({ action: 'validate', transaction: 'T1' });
  expect(status).toMatchObject({ result: 'failure', error: { code: 'CTX_CONFIGURATION_MISSING' } });
});

test('A start of one service without a transaction is for the only transaction.', async () => {
  await using running = await openRunning([resident]);
  await running.client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_1' });
  const { transaction, status } = await running.client.command({ action: 'start', serviceId: 'ts_1' });
  expect(transaction).toBe('T1');
  expect(status).toMatchObject({ result: 'success', services: [{ service_id: 'ts_1', state: 'started' }] });
});

test('A later start without a configuration uses the reloaded configuration.', async () => {
  await using running = await openRunning([resident]);
  await running.reload([resident, { id: 'ts_2', instance: 'Forever' }]);
  const { status } = await running.client.command({ action: 'start', transaction: 'T2' });
  expect(status.services.map((each) => each.service_id).toSorted()).toEqual(['ts_1', 'ts_2']);
});
