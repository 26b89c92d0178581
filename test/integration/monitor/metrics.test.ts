// /metrics and /healthz of a Monitor, as Prometheus reads them.

import { expect, test } from 'vitest';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { eventually } from '../../helpers/eventually.js';
import { findMonitor, monitorService } from '../../helpers/monitor.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { readOpenMetrics, type MetricFamily } from '../../helpers/open-metrics.js';
import { openProvider } from '../../helpers/provider.js';
import { openProject } from '../../helpers/project.js';

expectNoLeftovers();

const spec = monitorService({ metrics_port: '0' });

async function scrape(url: string): Promise<ReadonlyMap<string, MetricFamily>> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe(
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
  );
  return readOpenMetrics(await response.text());
}

function valueOf(families: ReadonlyMap<string, MetricFamily>, name: string, labels = {}): number | undefined {
  const fits = Object.entries<string>(labels);
  const samples = families.get(name)?.samples ?? [];
  return samples.find((sample) => fits.every(([key, value]) => sample.labels[key] === value))?.value;
}

test('Services, states and the provider have metrics.', async () => {
  const beforeS = Date.now() / 1000;
  await using test = await openProvider([
    spec,
    { id: 'ts_1', instance: 'Forever' },
    { id: 'ts_2', instance: 'Forever', entry: 'on_exit' },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await client.command({ action: 'restart', transaction: 'T1', serviceId: 'ts_1' });
  const { metrics: url } = await findMonitor(observer);
  const one = { transaction: 'T1', service_id: 'ts_1', instance: 'Forever' };
  const families = await eventually(async () => {
    const found = await scrape(url);
    const isSampled = (valueOf(found, 'contextd_service_resident_memory_bytes', one) ?? 0) > 1_000_000;
    return isSampled && valueOf(found, 'contextd_service_state', { ...one, state: 'started' }) === 1 && found;
  }, 'a scrape with samples of ts_1');

  const of = (name: string, labels = {}) => valueOf(families, `contextd_${name}`, labels);
  expect(of('service_virtual_memory_bytes', one)).toBeGreaterThan(10_000_000);
  expect(of('service_threads', one)).toBeGreaterThan(1);
  expect(of('service_open_fds', one)).toBeGreaterThan(3);
  expect(of('service_children', one)).toBe(0);
  expect(of('service_cpu_ratio', one)).toBeGreaterThanOrEqual(0);
  expect(of('service_restarts', one)).toBe(1);
  expect(of('service_event_loop_lag_seconds', one)).toBeGreaterThanOrEqual(0);
  const atS = of('service_last_event_timestamp_seconds', one)!;
  expect(beforeS <= atS && atS <= Date.now() / 1000, `the last event is of ${atS}`).toBe(true);

  const states = families.get('contextd_service_state')!.samples;
  const on = states.filter(({ value }) => value === 1).map(({ labels }) => [labels.service_id, labels.state]);
  expect(on).toEqual([
    ['ts_mon', 'started'],
    ['ts_1', 'started'],
    ['ts_2', 'defined'],
  ]);
  expect(states).toHaveLength(3 * 8);
  expect(of('service_resident_memory_bytes', { service_id: 'ts_2' })).toBeUndefined();

  expect(of('provider_up')).toBe(1);
  expect(of('provider_messages_received')).toBeGreaterThan(5);
  expect(of('provider_messages_sent')).toBeGreaterThan(5);
  expect(of('provider_messages_dropped')).toBe(0);
  expect(of('provider_messages_missed')).toBe(0);
  expect(of('provider_journal_writes')).toBeGreaterThan(0);
  expect(of('provider_journal_seconds')).toBeGreaterThan(0);
  expect(of('provider_event_loop_busy_ratio')).toBeLessThanOrEqual(1);
  expect((await fetch(new URL('/healthz', url))).status).toBe(200);
  expect((await fetch(new URL('/other', url))).status).toBe(404);
  expect((await fetch(url, { method: 'POST' })).status).toBe(405);

  await client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_mon' });
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});

test('A Monitor is unhealthy without its provider and healthy with the next one.', async () => {
  await using project = await openProject([spec]);
  let url = '';
  {
    await using provider = await project.startProvider();
    await using observer = await observeBus(project.endpoints);
    await provider.command('start');
    url = (await findMonitor(observer)).metrics;
    await provider.kill();
  }
  const health = async () => (await fetch(new URL('/healthz', url))).status;
  expect(await health()).toBe(503);
  const families = await scrape(url);
  expect(valueOf(families, 'contextd_provider_up')).toBe(0);
  expect(valueOf(families, 'contextd_provider_messages_sent')).toBeUndefined();
  await using provider = await project.startProvider();
  await provider.waitForStatus('ts_mon', 'started');
  await eventually(async () => (await health()) === 200, 'a healthy Monitor');
});

test('The counters of the provider grow with its work.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  const client = await test.client();
  const before = await client.stats();
  await client.command({ action: 'start', transaction: 'T1' });
  const after = await client.stats();
  expect(before).toMatchObject({ pid: process.pid, transactions: 0, services: 0 });
  expect(after).toMatchObject({ transactions: 1, services: 1 });
  expect(after.messages.received).toBeGreaterThan(before.messages.received);
  expect(after.messages.sent).toBeGreaterThan(before.messages.sent);
  expect(after.journal.writes).toBeGreaterThan(before.journal.writes);
  expect(after.journal.max_ms).toBeGreaterThanOrEqual(after.journal.last_ms);
});

test('Each scrape reads the event loop lag, not only the first one.', async () => {
  await using test = await openProvider([]);
  const [one, other] = [await test.client(), await test.client()];
  const { event_loop: first } = await eventually(async () => {
    // The first measurement contains no lag yet.
    const untilMs = performance.now() + 1000;
    while (performance.now() < untilMs);
    const figures = await one.stats();
    return figures.event_loop.lag_max_ms > 500 && figures;
  }, 'a lag');
  const second = (await other.stats()).event_loop;
  expect(second.lag_max_ms).toBeGreaterThanOrEqual(first.lag_max_ms);
  expect((await one.stats()).event_loop.lag_max_ms).toBeGreaterThanOrEqual(first.lag_max_ms);
});
