// A provider that ends: nothing is started, running services are stopped, and all clients get an answer.

import { expect, test } from 'vitest';
import { listProviders } from '../../../src/bus/registry.js';
import { testConfiguration } from '../../helpers/context.js';
import { openFolder } from '../../helpers/folder.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { isRunning } from '../../helpers/processes.js';
import { startProgram } from '../../helpers/program.js';
import { openProvider } from '../../helpers/provider.js';
import { writeContextFile } from '../../helpers/xml.js';

expectNoLeftovers();

const slow = { id: 'ts_1', instance: 'IgnoresStop', supervision: { stop_timeout_s: 1 } };

test.each(['start', 'restart'] as const)('While a provider ends, a %s is refused.', async (action) => {
  await using test = await openProvider([slow]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const closing = test.provider.close();
  const { status } = await client.command({ action, transaction: action === 'start' ? 'T2' : 'T1' });
  expect(status).toMatchObject({ result: 'failure', error: { code: 'CTX_ENDING' } });
  await closing;
  expect(observer.events().filter((event) => event === 'created ts_1')).toHaveLength(1);
});

test('A provider that runs is found by its user until it ends, also beside another of its process.', async () => {
  await using one = await openProvider([]);
  await using other = await openProvider([]);
  const found = async () => {
    const ports = new Set((await listProviders()).map(({ endpoints }) => endpoints.publish));
    return [one, other].map(({ provider }) => ports.has(provider.endpoints.publish));
  };
  expect(await found()).toEqual([true, true]);
  await one.provider.close();
  expect(await found()).toEqual([false, true]);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s stops all services and ends the provider with code 0.',
  async (signal) => {
    await using folder = await openFolder();
    const ends = ['front', 'back'].map((name) => `ipc://${folder.path}/${name}`);
    const [front = '', back = ''] = ends;
    const binds = { FrontBind: front, BackendEndpoint: front, BackendBind: back, FrontEndEndpoint: back };
    const services = ['ts_1', 'ts_2'].map((id) => ({ id, instance: 'SpawnsGrandchild' }));
    const file = await writeContextFile(folder.path, testConfiguration(services, binds));
    await using program = startProgram('service_context', file, '--start', '--json');
    const lines = () => program.out.items.map((line) => JSON.parse(line) as Line);
    const updates = () => lines().filter((line) => line.event?.header.action === 'updated');
    await program.out.waitFor(() => updates().length === 2 && lines().some(({ kind }) => kind === 'answer'));
    const grandchildren = updates().map((line) => line.event!.content.status.grandchild);
    expect(grandchildren.every(isRunning)).toBe(true);
    program.child.kill(signal);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(grandchildren.some(isRunning)).toBe(false);
    expect(lines().filter((line) => line.event?.header.action === 'stopped')).toHaveLength(2);
    expect(program.err.items).toEqual([]);
  },
);

test('A second Ctrl-C kills at once what does not end.', async () => {
  await using folder = await openFolder();
  const [front = '', back = ''] = ['front', 'back'].map((name) => `ipc://${folder.path}/${name}`);
  const binds = { FrontBind: front, BackendEndpoint: front, BackendBind: back, FrontEndEndpoint: back };
  const stubborn = { ...slow, supervision: { stop_timeout_s: 3600 } };
  const other = { id: 'ts_2', instance: 'IgnoresStop', supervision: { stop_timeout_s: 1 } };
  const file = await writeContextFile(folder.path, testConfiguration([stubborn, other], binds));
  await using program = startProgram('service_context', file, '--start', '--json');
  const lines = () => program.out.items.map((line) => JSON.parse(line) as Line);
  const onBus = await program.out
    .waitFor(() => lines().some(({ kind }) => kind === 'answer'))
    .then(() => observeBus({ publish: front, subscribe: back }));
  program.child.kill('SIGINT');
  // The service has been asked to stop, so the first signal has arrived.
  await onBus.seen.waitFor(
    ({ topic, body }) => topic === 'process' && JSON.stringify(body).includes('"action":"stop"'),
  );
  await onBus[Symbol.asyncDispose]();
  // One that comes within the same moment counts as the same press: that moment is over when ts_2 has been killed.
  await program.out.waitFor((line) => line.includes('"action":"stopped"') && line.includes('"ts_2"'));
  program.child.kill('SIGINT');
  expect(await program.ended).toEqual({ code: 0, signal: null });
});

interface Line {
  readonly kind: string;
  readonly event?: {
    readonly header: { readonly action: string };
    readonly content: { readonly status: { readonly grandchild: number } };
  };
}
