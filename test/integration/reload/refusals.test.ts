// A dry run and a rejected reload change nothing; a rejection contains the reason.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CommandRequest } from '../../../src/client/client.js';
import { clientConfiguration, type ServiceSpec } from '../../helpers/context.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { openRunning, type RunningContext } from './running-context.js';

expectNoLeftovers();

const first: ServiceSpec = { id: 'ts_1', instance: 'Forever', transitions: { on_exit: 'start ts_2' } };
const second: ServiceSpec = { id: 'ts_2', instance: 'Forever', entry: 'on_exit' };
const third: ServiceSpec = { id: 'ts_3', instance: 'Forever' };
const running3 = () => openRunning([first, second, third]);

/** Everything that a reload could change. */
async function stand(running: RunningContext): Promise<unknown> {
  const now = (await running.tasks()).map(({ service_id: id, pid, status, run, task }) => ({
    id,
    pid,
    status,
    run,
    task,
  }));
  return { tasks: now, events: running.observer.events(), transitions: running.transitions() };
}

test('--dry_run changes nothing and returns the same plan as the reload.', async () => {
  await using running = await running3();
  const before = await stand(running);
  const next: readonly ServiceSpec[] = [
    { ...first, configuration: { label: 'new' } },
    { ...second, transitions: { on_exit: 'start ts_4' } },
    { id: 'ts_4', instance: 'Forever', entry: 'on_exit' },
    { id: 'ts_5', instance: 'Forever' },
  ];
  const plan = {
    added: ['ts_4', 'ts_5'],
    removed: ['ts_3'],
    changed: ['ts_1'],
    updated: ['ts_2'],
    unchanged: [],
  };
  const asked = await running.reload(next, { isDryRun: true });
  const reasons = { ts_1: ['label'], ts_2: ['on_exit'] };
  expect(asked).toEqual({ transaction: 'T1', status: { result: 'success', services: [], plan, reasons } });
  expect(await stand(running)).toEqual(before);
  const done = await running.reload(next);
  expect(done.status.plan).toEqual(plan);
  expect(await stand(running)).not.toEqual(before);
});

const more = (services: readonly ServiceSpec[], keys: Readonly<Record<string, unknown>> = {}) => ({
  configuration: clientConfiguration(services, keys),
});

/** The configuration is not parsed before, so that the provider must detect the fault. */
function faulty(): unknown {
  const configuration = structuredClone(clientConfiguration([first, second, third])) as unknown as {
    FrontBind: string;
    TaskService: { id: string; serviceType: string; Task: { state: { on_exit: { call: string } } } }[];
  };
  configuration.FrontBind = 'tcp://127.0.0.1:9999';
  configuration.TaskService[0]!.Task.state.on_exit.call = 'ts_404';
  configuration.TaskService[1]!.serviceType = 'Thraed';
  configuration.TaskService[2]!.id = 'ts_1';
  return configuration;
}

const ports = (sub: number, pub: number) => ({
  FrontEndEndpoint: `tcp://127.0.0.1:${sub}`,
  BackendBind: `tcp://127.0.0.1:${sub}`,
  BackendEndpoint: `tcp://127.0.0.1:${pub}`,
  FrontBind: `tcp://127.0.0.1:${pub}`,
});

interface Refusal {
  readonly command: Partial<CommandRequest>;
  readonly code: string;
  /** Parts of the message. */
  readonly says: readonly string[];
}

const refusals: readonly (readonly [string, Refusal])[] = [
  [
    'An invalid configuration, with all its faults,',
    {
      command: { configuration: faulty() },
      code: 'CTX_INVALID',
      says: ['ts_404', 'Thraed', 'id "ts_1" is taken', 'FrontBind'],
    },
  ],
  [
    'Another ContextID',
    {
      command: more([first, second, third], { ContextID: 'context002' }),
      code: 'CTX_RELOAD_REFUSED',
      says: ['ContextID (context001 -> context002)'],
    },
  ],
  [
    'Another port for subscribers',
    {
      command: more([first, second, third], ports(6556, 5557)),
      code: 'CTX_RELOAD_REFUSED',
      says: ['FrontEndEndpoint (tcp://127.0.0.1:5556 -> tcp://127.0.0.1:6556)', 'BackendBind ('],
    },
  ],
  [
    'Another port for publishers',
    {
      command: more([first, second, third], ports(5556, 6557)),
      code: 'CTX_RELOAD_REFUSED',
      says: ['BackendEndpoint (tcp://127.0.0.1:5557 -> tcp://127.0.0.1:6557)', 'FrontBind ('],
    },
  ],
  [
    'A reload of an unknown transaction',
    {
      command: { ...more([first, second]), transaction: 'T404' },
      code: 'CTX_TRANSACTION_UNKNOWN',
      says: ['T404'],
    },
  ],
  [
    'A reload without a configuration',
    { command: { configuration: {} }, code: 'CTX_CONFIGURATION_MISSING', says: ['configuration'] },
  ],
  [
    'A location that is no service root',
    {
      command: more([first, second, third, { id: 'ts_4', instance: 'Forever', location: '/' }]),
      code: 'SVC_LOCATION_REFUSED',
      says: ['ts_4'],
    },
  ],
];

test.each(refusals)('%s is rejected, and nothing changes.', async (_what, { command, code, says }) => {
  await using running = await running3();
  const before = await stand(running);
  const { status } = await running.reload([], command);
  expect(status).toMatchObject({ result: 'failure', error: { code } });
  for (const part of says) expect(status.error!.message).toContain(part);
  expect(status.plan).toBeUndefined();
  expect(await stand(running)).toEqual(before);
});

test('A location outside the service roots is rejected also in a dry run.', async () => {
  await using running = await running3();
  const outside = await mkdtemp(join(tmpdir(), 'contextd-outside-'));
  const { status } = await running.reload([first, second, { ...third, location: outside }], {
    isDryRun: true,
  });
  await rm(outside, { recursive: true });
  expect(status).toMatchObject({ result: 'failure', error: { code: 'SVC_LOCATION_REFUSED' } });
});

test('With several transactions one must be specified, and only that one is reloaded.', async () => {
  await using running = await openRunning([third]);
  const configuration = clientConfiguration([third]);
  await running.client.command({ action: 'start', transaction: 'T2', configuration });
  const unnamed = await running.reload([{ ...third, configuration: { label: 'new' } }], { transaction: '' });
  expect(unnamed.status).toMatchObject({
    error: { code: 'CTX_AMBIGUOUS', hint: 'pass --transaction with one of T1, T2' },
  });
  const before = await running.pids();
  const named = await running.reload([{ ...third, configuration: { label: 'new' } }], { transaction: 'T2' });
  expect(named).toMatchObject({
    transaction: 'T2',
    status: { result: 'success', plan: { changed: ['ts_3'] } },
  });
  expect(await running.pids()).toEqual(before);
});
