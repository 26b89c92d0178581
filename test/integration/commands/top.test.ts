// `top`: what a provider says its services cost, compared with what the system says of the same processes.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { asContextdError } from '../../../src/base/errors.js';
import type { TransactionInfo } from '../../../src/messages/context-info.js';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { readProc } from '../../helpers/processes.js';
import { openProvider } from '../../helpers/provider.js';

expectNoLeftovers();

const TRANSACTION = 'T1';

/** Resident memory as the system has it, in MiB. */
function residentMib(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

test('top lists every service with the use of its process; one without a process has no figures.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Forever', name: 'one' },
    { id: 'ts_2', instance: 'Forever', entry: 'on_exit' },
  ]);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: TRANSACTION });
  const [one, other] = await client.top(TRANSACTION);
  const { pid } = status.services[0]!;
  expect(one).toMatchObject({
    service_id: 'ts_1',
    pid,
    serviceName: 'one',
    instance: 'Forever',
    restarts: 0,
  });
  expect(one!.memory!.rss / residentMib(pid!)).toBeCloseTo(1, 1);
  expect(one!.memory).toMatchObject({ children: [], total: { rss: one!.memory!.rss } });
  expect(one!.memory).not.toHaveProperty('connections');
  expect(other).toMatchObject({ service_id: 'ts_2', pid: null, status: 'defined', memory: null });
});

test('Every launch but the first is a restart, whatever caused it, in top as in context information.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Forever' },
    { id: 'ts_2', instance: 'Once', transitions: { on_exit: 'restart ts_1' } },
  ]);
  const client = await test.client();
  await client.command({ action: 'start', transaction: TRANSACTION });
  const first = async () => ((await client.request(TRANSACTION)) as TransactionInfo).tasks[0];
  await eventually(async () => {
    const task = await first();
    return task?.status === 'started' && task.restarts === 1;
  }, 'ts_1 is restarted by ts_2');
  await client.command({ action: 'restart', transaction: TRANSACTION, serviceId: 'ts_1' });
  const [one, other] = await client.top(TRANSACTION);
  expect([one, other]).toMatchObject([{ restarts: 2 }, { restarts: 0 }]);
  expect(await client.request(TRANSACTION)).toMatchObject({ tasks: [{ restarts: 2 }, { restarts: 0 }] });
});

test('The first answer already has the present use, not the mean since the start.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  const client = await test.client();
  const { status } = await client.command({ action: 'start' });
  const pid = status.services[0]!.pid!;
  const fields = () => readProc(pid, 'stat').split(') ')[1]!.split(' ');
  process.kill(pid, 'SIGSTOP');
  try {
    await eventually(() => fields()[0] === 'T', 'it is stopped');
    const [first] = await client.top();
    // It has used the processor since its start, but cannot now.
    expect(Number(fields()[11]) + Number(fields()[12])).toBeGreaterThan(0);
    expect(first!.memory).toMatchObject({ status: 'stopped', cpu: 0 });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});

test('Connections, files and maps are listed on request, and flags may be words as in XML.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  const client = await test.client();
  await client.command({ action: 'start' });
  const content = { configuration: { open_connections: 'true', opened_files: 'True', memory_maps: '' } };
  const [entry] = (await client.request('', { action: 'top', content })) as Awaited<
    ReturnType<typeof client.top>
  >;
  const port = /\d+$/.exec(test.provider.endpoints.publish)![0];
  expect(entry!.memory!.connections!.map(({ raddr }) => raddr)).toContain(`127.0.0.1:${port}`);
  expect(entry!.memory!.opened_files!.some(({ path }) => path.endsWith('ts_1.log'))).toBe(true);
  expect(entry!.memory).not.toHaveProperty('memory_map');
  const [mapped] = await client.top('', { memoryMaps: true });
  expect(mapped!.memory!.memory_map!.some(({ path }) => path.endsWith('/node'))).toBe(true);
});

test.each([
  [{ open_connections: 'maybe' }, 'top: configuration.open_connections: "maybe", allowed: true or false'],
  [
    { service: { type: 'push', endpoint: 'tcp://127.0.0.1:6789' } },
    'top: configuration.service.type: allowed: pub',
  ],
  [
    { service: { type: 'pub', frequency_s: 0, endpoint: 'tcp://127.0.0.1:6789' } },
    'top: configuration.service.frequency_s: 0, allowed: a number of seconds from 0.1 up to 86400',
  ],
  ['all', 'top: configuration: Invalid input: expected object, received string'],
])(
  'A wrong configuration %j is refused, and the answer says what is wrong.',
  async (configuration, message) => {
    await using test = await openProvider([{ id: 'ts_1', instance: 'Forever', entry: 'on_exit' }]);
    const client = await test.client();
    await client.command({ action: 'start' });
    const asked = client.request('', { action: 'top', content: { configuration } });
    await expect(asked).rejects.toMatchObject({ code: 'MSG_INVALID', message });
  },
);

test('A question that takes its time holds up no command, and many who ask the same share one answer.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  const client = await test.client();
  await client.command({ action: 'start' });
  const order: string[] = [];
  const asked = Array.from({ length: 5 }, async () => {
    const [entry] = await client.top();
    order.push('top');
    return entry!.memory!.timestamp;
  });
  await client.command({ action: 'list' });
  order.push('list');
  expect(new Set(await Promise.all(asked)).size).toBe(1);
  expect(order[0]).toBe('list');
});

test('A provider that ends answers those who wait.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  const client = await test.client();
  await client.command({ action: 'start' });
  // It is measured until the provider ends, or refused because it ends: either way there is an answer.
  const answer = client.top().then(
    () => 'answered',
    (error: unknown) => asContextdError(error).code,
  );
  // The question is there before the provider ends: an answer to a later one has come.
  await client.request('', { action: 'history' });
  await test.provider.close();
  expect(['answered', 'CTX_ENDING']).toContain(await answer);
  expect(test.notices.items.filter(({ kind }) => kind === 'warning')).toEqual([]);
});

test('A named service alone is measured and listed; an unknown one is refused.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Forever' },
    { id: 'ts_2', instance: 'Forever' },
  ]);
  const client = await test.client();
  await client.command({ action: 'start', transaction: TRANSACTION });
  const entries = await client.top(TRANSACTION, { serviceId: 'ts_2', openedFiles: true });
  expect(entries).toMatchObject([
    { service_id: 'ts_2', memory: { opened_files: expect.any(Array) as unknown } },
  ]);
  expect(await client.top(TRANSACTION, { serviceId: 'context001' })).toHaveLength(2);
  await expect(client.top(TRANSACTION, { serviceId: 'ts_9' })).rejects.toMatchObject({ code: 'SVC_UNKNOWN' });
});
