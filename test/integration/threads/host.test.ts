// The thread host: what happens to its threads when it ends, or when the provider ends.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Connection, type BusEndpoints } from '../../../src/bus/connection.js';
import { Client } from '../../../src/client/client.js';
import { BOOTSTRAP_VARIABLE, type HostBootstrap } from '../../../src/messages/host-bootstrap.js';
import { hostCommandTopic, signCommand } from '../../../src/messages/host-command.js';
import { testConfiguration, type ServiceSpec } from '../../helpers/context.js';
import { eventually } from '../../helpers/eventually.js';
import { openFolder } from '../../helpers/folder.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { isRunning } from '../../helpers/processes.js';
import { startProgram } from '../../helpers/program.js';
import { openProvider } from '../../helpers/provider.js';
import { eventsOf, thread } from '../../helpers/threads.js';
import { writeContextFile } from '../../helpers/xml.js';

expectNoLeftovers();

test('When the thread host is killed all its threads fail, and on_fail restarts them in a new one.', async () => {
  const again = (id: string) =>
    thread(id, 'Ticks', { transitions: { on_fail: `restart ${id}` }, supervision: { backoff_s: 0.01 } });
  await using test = await openProvider([again('ts_1'), again('ts_2'), thread('ts_3', 'Forever')]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  const pid = status.services[0]!.pid!;
  process.kill(pid, 'SIGKILL');
  const failures = await Promise.all(
    ['ts_1', 'ts_2', 'ts_3'].map((id) => observer.waitForEvent(id, 'failed')),
  );
  for (const { content } of failures)
    expect(content.status).toMatchObject({ reason: 'signal', signal: 'SIGKILL' });
  const started = (id: string) => eventsOf(observer, id).filter(({ header }) => header.action === 'started');
  await observer.seen.waitFor(() => started('ts_1').length === 2 && started('ts_2').length === 2);
  const pids = ['ts_1', 'ts_2'].map((id) => started(id)[1]!.content.status.pid);
  expect(new Set(pids).size).toBe(1);
  expect(pids).not.toContain(pid);
  const listed = await client.command({ action: 'list' });
  expect(listed.status.transactions![0]!.services.map(({ state }) => state)).toEqual([
    'started',
    'started',
    'failed',
  ]);
  expect(observer.events().filter((event) => event.startsWith('failed'))).toHaveLength(3);
});

test('When the thread host receives SIGTERM from another process, all its threads stop in order.', async () => {
  await using test = await openProvider([
    thread('ts_1', 'ReportsStop'),
    thread('ts_2', 'Spins', { supervision: { stop_timeout_s: 0.5 } }),
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  await observer.waitForEvent('ts_2', 'updated');
  const pid = status.services[0]!.pid!;
  process.kill(pid, 'SIGTERM');
  await observer.waitForEvent('ts_1', 'stopped');
  await observer.waitForEvent('ts_2', 'failed');
  await eventually(() => !isRunning(pid), 'the process is gone');
  const again = await client.command({ action: 'start', transaction: 'T1', serviceId: 'ts_1' });
  expect(again.status.services).toMatchObject([{ state: 'started' }]);
});

test('Only the provider can launch and end threads.', async () => {
  await using test = await openProvider([thread('ts_1', 'Ticks'), thread('ts_2', 'Forever')]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  const pid = status.services[0]!.pid!;
  const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
  const text = environment.find((each) => each.startsWith(`${BOOTSTRAP_VARIABLE}=`)) ?? '';
  const { host } = JSON.parse(text.slice(BOOTSTRAP_VARIABLE.length + 1)) as HostBootstrap;
  await using peer = await openPeer(test.provider.endpoints);
  const topic = hostCommandTopic(host ?? '');
  await peer.publisher.waitForSubscriber(topic);
  const order = JSON.stringify({ action: 'exit' });
  for (const body of [
    signCommand({ action: 'exit' }, 'a key of its own'),
    { order, signature: '' },
    { order },
    'exit',
    null,
  ])
    await peer.publish(topic, body);
  await peer.flush();
  const log = join(test.folder, '.contextd', 'context001', 'logs', 'threads-context001.log');
  const refusals = async () => (await readFile(log, 'utf8')).split('not signed by the provider').length - 1;
  await eventually(async () => (await refusals()) > 0, 'the first rejection is logged');
  const again = await client.command({ action: 'restart', transaction: 'T1', serviceId: 'ts_1' });
  expect(again.status.services).toMatchObject([{ state: 'started', pid }]);
  expect(observer.events()).not.toContain('failed ts_2');
  // Only one of many rejections in a minute is logged, so that they do not fill the log.
  expect(await refusals()).toBe(1);
});

async function openPeer(endpoints: BusEndpoints): Promise<Connection & AsyncDisposable> {
  const connection = new Connection(endpoints, [], () => undefined);
  await connection.ready();
  return Object.assign(connection, { [Symbol.asyncDispose]: () => connection.close() });
}

/** Local sockets in the folder of the test, which a second provider can bind again. */
async function writeContext(folder: string, services: readonly ServiceSpec[]) {
  const publish = `ipc://${join(folder, 'front')}`;
  const subscribe = `ipc://${join(folder, 'back')}`;
  const binds = {
    FrontBind: publish,
    BackendEndpoint: publish,
    BackendBind: subscribe,
    FrontEndEndpoint: subscribe,
  };
  const file = await writeContextFile(folder, testConfiguration(services, binds));
  return { file, endpoints: { publish, subscribe } };
}

test('Threads without a provider keep running for orphan_grace_s and then end, also one in an endless loop.', async () => {
  await using folder = await openFolder();
  const supervision = { orphan_grace_s: 1, stop_timeout_s: 0.5 };
  const { file, endpoints } = await writeContext(folder.path, [
    thread('ts_1', 'Ticks', { supervision }),
    thread('ts_2', 'Spins', { supervision }),
  ]);
  await using program = startProgram('service_context', file);
  const client = await Client.connect(endpoints, { timeoutMs: 20_000 });
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  await client.close();
  const pid = status.services[0]!.pid!;
  program.child.kill('SIGKILL');
  await program.ended;
  expect(isRunning(pid)).toBe(true);
  const logs = join(folder.path, '.contextd', 'context001', 'logs', 'T1');
  const ended = async (id: string) =>
    (await readFile(join(logs, `${id}.log`), 'utf8')).includes(
      'no provider has returned within the orphan grace: ending',
    );
  await eventually(async () => (await ended('ts_1')) && (await ended('ts_2')), 'they have ended');
  await eventually(() => !isRunning(pid), 'so has their process');
});

test('The next provider finds the threads of the previous one and supervises them.', async () => {
  await using folder = await openFolder();
  const { file, endpoints } = await writeContext(folder.path, [
    thread('ts_1', 'Ticks'),
    thread('ts_2', 'SpawnsGrandchild'),
    thread('ts_3', 'ExitsLater', { configuration: { after_ms: '300' } }),
  ]);
  await using first = startProgram('service_context', file);
  const client = await Client.connect(endpoints, { timeoutMs: 20_000 });
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  await client.close();
  const pid = status.services[0]!.pid!;
  first.child.kill('SIGKILL');
  await first.ended;
  await using second = startProgram('service_context', file);
  const other = await Client.connect(endpoints, { timeoutMs: 20_000 });
  await using observer = await observeBus(endpoints);
  const states = async () => {
    const listed = await other.command({ action: 'list' });
    const services = listed.status.transactions![0]!.services;
    return services.map((each) => `${each.service_id} ${each.state} ${each.pid ?? '-'}`);
  };
  const wanted = `ts_1 started ${pid},ts_2 started ${pid},ts_3 exited -`;
  await eventually(async () => (await states()).join() === wanted, wanted);
  expect(eventsOf(observer, 'ts_1').some(({ header }) => header.action === 'created')).toBe(false);
  const stopped = await other.command({ action: 'stop', transaction: 'T1' });
  expect(stopped.status.result).toBe('success');
  await other.close();
  expect(isRunning(pid)).toBe(false);
  second.child.kill('SIGTERM');
  expect(await second.ended).toMatchObject({ code: 0 });
});
