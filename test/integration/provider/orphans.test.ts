// What happens to services whose provider dies without a word.

import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtFile } from '../../../src/base/package.js';
import { Connection, type BusEndpoints } from '../../../src/bus/connection.js';
import { Forwarder } from '../../../src/bus/forwarder.js';
import { Client } from '../../../src/client/client.js';
import { BOOTSTRAP_VARIABLE } from '../../../src/messages/host-bootstrap.js';
import { presenceTopic } from '../../../src/messages/topics.js';
import { readProcessTable } from '../../../src/processes/process-table.js';
import { tokenOf } from '../../../src/launcher/orphan-reaper/reaper.js';
import { ownerOf } from '../../../src/processes/run-token.js';
import { Provider } from '../../../src/provider/provider.js';
import { testConfiguration, testContextFile, type ServiceSpec } from '../../helpers/context.js';
import { eventually } from '../../helpers/eventually.js';
import { openFolder } from '../../helpers/folder.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus, type ControlBody } from '../../helpers/bus-observer.js';
import { isRunning } from '../../helpers/processes.js';
import { startProgram } from '../../helpers/program.js';
import { writeContextFile } from '../../helpers/xml.js';

expectNoLeftovers();

const SLEEP = { program: 'sleep', arg: ['1000'] };

/** Local sockets in the test's folder: no port is taken, and a second provider can come back to them. */
async function writeContext(folder: string, services: readonly ServiceSpec[]) {
  const publish = `ipc://${join(folder, 'front')}`;
  const subscribe = `ipc://${join(folder, 'back')}`;
  const endpoints = { publish, subscribe };
  const file = await writeContextFile(folder, testConfiguration(services, bindsOf(endpoints)));
  return { file, endpoints };
}

function bindsOf({ publish, subscribe }: BusEndpoints): Readonly<Record<string, string>> {
  return {
    FrontBind: publish,
    BackendEndpoint: publish,
    BackendBind: subscribe,
    FrontEndEndpoint: subscribe,
  };
}

test('When the provider is killed, its services keep running for orphan_grace_s and then end by themselves.', async () => {
  await using folder = await openFolder();
  const supervision = { orphan_grace_s: 1, stop_timeout_s: 1 };
  const { file, endpoints } = await writeContext(folder.path, [
    { id: 'ts_1', instance: 'Forever', supervision },
    { id: 'ts_2', instance: 'Ticks', supervision },
    { id: 'ts_3', instance: 'IgnoresStop', supervision },
  ]);
  await using program = startProgram('service_context', file);
  const client = await Client.connect(endpoints, { timeoutMs: 20_000 });
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  await client.close();
  const pids = status.services.map(({ pid }) => pid!);
  expect(pids).toHaveLength(3);
  program.child.kill('SIGKILL');
  await program.ended;
  expect(pids.every(isRunning)).toBe(true);
  await eventually(() => !pids.some(isRunning), 'the services have ended');
  const log = await readFile(join(folder.path, '.contextd', 'context001', 'logs', 'T1', 'ts_1.log'), 'utf8');
  expect(log).toMatch(/the provider is gone .*1000/);
  expect(log).toMatch(/no provider has returned within the orphan grace: ending/);
});

test('A service whose provider comes back in time keeps running, and is supervised again.', async () => {
  await using folder = await openFolder();
  const { file, endpoints } = await writeContext(folder.path, [
    { id: 'ts_1', instance: 'Ticks', supervision: { orphan_grace_s: 2 } },
  ]);
  await using program = startProgram('service_context', file);
  const client = await Client.connect(endpoints, { timeoutMs: 20_000 });
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  await client.close();
  const pid = status.services[0]!.pid!;
  program.child.kill('SIGKILL');
  await program.ended;
  const diedMs = Date.now();
  const forwarder = await Forwarder.open({ frontend: endpoints.publish, backend: endpoints.subscribe });
  const observer = await observeBus(endpoints);
  const presence = presenceTopic(ownerOf(join(realpathSync(folder.path), '.contextd', 'context001')));
  const provider = new Connection(endpoints, [presence], () => undefined);
  // Seen well after its time without a provider would have been over.
  await observer.seen.waitFor(
    ({ body }) => Date.parse((body as ControlBody).header.sent_at as string) > diedMs + 3000,
  );
  expect(isRunning(pid)).toBe(true);
  await observer[Symbol.asyncDispose]();
  await provider.close();
  await forwarder.close();
  await eventually(() => !isRunning(pid), 'it has ended');
});

test('Who has taken the place of its provider, with readers of all kinds, does not keep a service alive.', async () => {
  await using folder = await openFolder();
  const supervision = { orphan_grace_s: 1, stop_timeout_s: 1 };
  const { file, endpoints } = await writeContext(folder.path, [
    { id: 'ts_1', instance: 'Ticks', supervision },
    { id: 'ts_2', instance: 'Ticks', supervision, serviceType: 'Thread' },
    { id: 'ts_3', instance: 'Program', location: '', supervision, configuration: { command: SLEEP } },
  ]);
  await using program = startProgram('service_context', file);
  const client = await Client.connect(endpoints, { timeoutMs: 20_000 });
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  await client.close();
  const pids = status.services.map(({ pid }) => pid!);
  program.child.kill('SIGKILL');
  await program.ended;
  // The same ports, another folder: another context.
  await using other = await openFolder();
  const foreign = await Provider.open({
    file: testContextFile(other.path, testConfiguration([], bindsOf(endpoints))),
  });
  await using observer = await observeBus(endpoints);
  await observer.seen.waitFor(({ body }) => (body as ControlBody).header.service_id === 'ts_1');
  expect(pids.some(isRunning)).toBe(true);
  await eventually(() => !pids.some(isRunning), 'they have ended');
  await foreign.close();
});

test('A service that never comes round to its event loop ends too when it has no provider.', async () => {
  await using folder = await openFolder();
  const supervision = { orphan_grace_s: 0.5, stop_timeout_s: 0.5 };
  const { file, endpoints } = await writeContext(folder.path, [
    { id: 'ts_1', instance: 'Spins', supervision },
  ]);
  await using program = startProgram('service_context', file);
  const client = await Client.connect(endpoints, { timeoutMs: 20_000 });
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  await client.close();
  const [pid] = status.services.map((each) => each.pid!);
  program.child.kill('SIGKILL');
  await program.ended;
  expect(isRunning(pid!)).toBe(true);
  const owner = ownerOf(join(realpathSync(folder.path), '.contextd', 'context001'));
  const guards = () => readProcessTable().filter(({ token }) => token === tokenOf(owner));
  expect(guards()).toHaveLength(1);
  await eventually(() => !isRunning(pid!), 'it has ended', 30_000);
  await eventually(() => guards().length === 0, 'who has ended it ends too');
});

test('A service whose provider is gone before it could connect ends by itself.', async () => {
  await using folder = await openFolder();
  const module = join(folder.path, 'service.mjs');
  const logFile = join(folder.path, 'ts_1.log');
  const sdk = JSON.stringify(builtFile('task/index.js'));
  await writeFile(
    module,
    `import { defineService, SingleTask } from ${sdk};\nexport default defineService({ task: class extends SingleTask {} });\n`,
  );
  const limits = {
    orphanGraceMs: 300,
    stopTimeoutMs: 60_000,
    log: { path: logFile, out: '', maxBytes: 1_000_000, files: 1 },
  };
  const run = {
    transaction: 'T1',
    serviceId: 'ts_1',
    serviceName: 'test',
    contextId: 'context001',
    instance: 'Forever',
    deviceAction: '',
    module,
    ...limits,
  };
  const bootstrap = {
    runsIn: 'main_thread',
    runs: [{ token: 't', bootstrap: run }],
    endpoints: {
      subscribe: `ipc://${join(folder.path, 'back')}`,
      publish: `ipc://${join(folder.path, 'front')}`,
    },
    presence: 'provider.none',
    ...limits,
  };
  const child = spawn(process.execPath, [builtFile('host/process/main.js')], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, [BOOTSTRAP_VARIABLE]: JSON.stringify(bootstrap) },
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  expect(code).toBe(0);
  expect(await readFile(logFile, 'utf8')).toContain(
    'no provider has returned within the orphan grace: ending',
  );
});
