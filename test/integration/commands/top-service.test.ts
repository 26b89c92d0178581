// `top` with a service: the provider starts the Monitor, and keeps it as it was asked for last.

import { expect, test } from 'vitest';
import type { HistoryReply } from '../../../src/messages/history.js';
import type { TransactionInfo } from '../../../src/messages/context-info.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { findMonitor } from '../../helpers/monitor.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';
import { openProject, TRANSACTION } from '../../helpers/project.js';

expectNoLeftovers();

const service = { type: 'pub', frequencyS: 0.2, endpoint: 'tcp://127.0.0.1:*' } as const;

test('The Monitor is added and started before the answer comes, and once only; other values restart it.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: TRANSACTION });
  const monitorOf = async (more: Readonly<Record<string, unknown>> = {}) =>
    (await client.top(TRANSACTION, { service, ...more })).find((each) => each.service_id === 'monitor')!;
  const [first, meanwhile] = await Promise.all([monitorOf(), monitorOf()]);
  expect(first).toMatchObject({ status: 'started', instance: 'Monitor', pid: meanwhile.pid });
  expect((await findMonitor(observer, 'monitor')).endpoint).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
  expect((await monitorOf()).pid).toBe(first.pid);
  const other = await monitorOf({ openedFiles: true });
  expect(other).toMatchObject({ status: 'started' });
  expect(other.pid).not.toBe(first.pid);
  const { tasks } = (await client.request(TRANSACTION)) as TransactionInfo;
  expect(tasks[1]!.task).toMatchObject({
    Task: {
      message: {
        content: {
          configuration: {
            service: { type: 'pub', endpoint: service.endpoint, frequency_s: '0.2' },
            monitor_options: { opened_files: 'true', open_connections: 'false', memory_maps: 'false' },
          },
        },
      },
    },
  });
  const { records } = (await client.request(TRANSACTION, {
    action: 'why',
    serviceId: 'monitor',
  })) as HistoryReply;
  expect(records[0]!.text).toMatch(/^restart \(top, /);
});

test('What keeps the Monitor from starting is the answer.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Forever' },
    { id: 'monitor', instance: 'Forever', entry: 'on_exit' },
  ]);
  const client = await test.client();
  await client.command({ action: 'start', transaction: TRANSACTION });
  await expect(client.top(TRANSACTION, { service })).rejects.toMatchObject({
    code: 'SVC_ID_TAKEN',
    message: 'the service "monitor" of this transaction is a Forever, not a Monitor',
  });
  await using free = await openProvider([{ id: 'ts_1', instance: 'Forever', entry: 'on_exit' }]);
  const other = await free.client();
  await other.command({ action: 'start', transaction: TRANSACTION });
  const open = other.top(TRANSACTION, { service: { ...service, endpoint: 'tcp://nowhere' } });
  await expect(open).rejects.toMatchObject({ code: 'SVC_CONFIGURATION_INVALID' });
});

test('The next provider adopts the Monitor that a killed one had added.', async () => {
  await using project = await openProject([{ id: 'ts_1', instance: 'Forever' }]);
  const first = await project.startProvider();
  await first.command('start');
  await first.client.top(TRANSACTION, { service });
  const { pid } = (await first.tasks()).monitor!;
  await first.kill();
  const second = await project.startProvider();
  expect((await second.tasks()).monitor).toMatchObject({ pid, status: 'started' });
});
