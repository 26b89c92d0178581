// The history of a Monitor, in queries on the bus and in a record on disk.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { findMonitor, monitorService } from '../../helpers/monitor.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';

expectNoLeftovers();

const one = { id: 'ts_1', instance: 'Forever' };

test('Samples are returned by service and metric, also for ended services.', async () => {
  const beforeS = Date.now() / 1000;
  await using test = await openProvider([monitorService(), one]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await findMonitor(observer);
  const read = (serviceId: string, metric: 'rss' | 'threads', sinceS?: number) =>
    client.samples('', { serviceId, metric, sinceS });
  const found = await eventually(async () => {
    const reply = await read('ts_1', 'rss').catch(() => undefined);
    return (reply?.points.length ?? 0) >= 5 && reply;
  }, 'five samples');
  expect(found).toMatchObject({ service_id: 'ts_1', metric: 'rss', unit: 'MiB', period_s: 0.2 });
  const times = found.points.map(([atS]) => atS);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(beforeS <= times[0]! && times.at(-1)! <= Date.now() / 1000, `sampled at ${times.join()}`).toBe(true);
  expect(found.points.every(([, value]) => value !== null && value > 10 && value < 1000)).toBe(true);
  await client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_1' });
  const threads = await read('ts_1', 'threads');
  expect(threads.points.length).toBeGreaterThanOrEqual(found.points.length);
  expect((await read('ts_1', 'threads', 0)).points).toEqual([]);

  await expect(read('ts_404', 'rss')).rejects.toMatchObject({ code: 'SVC_UNKNOWN' });
  await expect(client.samples('T1', { serviceId: 'ts_mon', metric: 'pss' })).rejects.toMatchObject({
    code: 'MSG_INVALID',
    hint: expect.stringContaining('<pss>true</pss>') as string,
  });
});

test('Without a Monitor the query fails with a hint how to add one.', async () => {
  await using test = await openProvider([one]);
  const client = await test.client();
  const ask = () => client.samples('', { serviceId: 'ts_1', metric: 'rss' });
  await expect(ask()).rejects.toMatchObject({ code: 'CTX_TRANSACTION_UNKNOWN' });
  await client.command({ action: 'start', transaction: 'T1' });
  await expect(ask()).rejects.toMatchObject({
    code: 'SVC_NO_MONITOR',
    hint: expect.stringContaining('--use_service') as string,
  });
});

test('A record is written into the context folder, one line per service and sample.', async () => {
  const record = { file: 'records/samples.jsonl', format: 'jsonl' };
  await using test = await openProvider([monitorService({ record }), one]);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  const pid = status.services.find((each) => each.service_id === 'ts_1')?.pid;
  const lines = await eventually(() => {
    const text = readOrNothing(join(test.folder, record.file));
    const found = text
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.includes('"ts_1"'));
    return found.length >= 3 && found.map((line) => JSON.parse(line) as Record<string, unknown>);
  }, 'three recorded samples');
  for (const line of lines) expect(line).toMatchObject({ transaction: 'T1', service_id: 'ts_1', pid });
});

test.each([
  [
    'an address of other machines',
    { service: { endpoint: 'tcp://192.0.2.1:6789' } },
    'BUS_BIND_REFUSED',
    'can be reached from other machines',
  ],
  [
    'a wrong number',
    { service: { endpoint: 'tcp://127.0.0.1:*', frequency_s: 'often' } },
    'SVC_CONFIGURATION_INVALID',
    '<service><frequency_s> is "often"',
  ],
  [
    'a file that cannot be',
    { record: { file: '/dev/null/samples.csv' } },
    'SVC_CONFIGURATION_INVALID',
    '<record><file> cannot be written',
  ],
])('A Monitor with %s does not start, and says why.', async (_what, more, code, message) => {
  await using test = await openProvider([monitorService(more)]);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status.result).toBe('failure');
  const [service] = status.services;
  expect(service?.error).toMatchObject({ code, message: expect.stringContaining(message) as string });
});

test('A Monitor with an occupied port reports the owner; a Monitor thread is refused.', async () => {
  await using test = await openProvider([
    monitorService(),
    { ...monitorService(), id: 'ts_thread', serviceType: 'Thread', entry: 'on_exit' },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const { endpoint } = await findMonitor(observer);
  const thread = await client.command({ action: 'start', transaction: 'T1', serviceId: 'ts_thread' });
  expect(thread.status.services[0]?.error).toMatchObject({
    code: 'SVC_CONFIGURATION_INVALID',
    message: expect.stringContaining('cannot run as a thread') as string,
  });
  await using other = await openProvider([monitorService({ service: { endpoint } })]);
  const second = await other.client();
  const { status } = await second.command({ action: 'start', transaction: 'T2' });
  expect(status.services[0]?.error).toMatchObject({
    code: 'BUS_ADDRESS_IN_USE',
    message: expect.stringMatching(/is in use by pid \d+/) as string,
  });
});

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
