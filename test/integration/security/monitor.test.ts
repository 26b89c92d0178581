// The Monitor of a secured provider: it has a key of its own, and only clients of the provider can subscribe.

import { expect, test } from 'vitest';
import { createKeyPair } from '../../../src/base/keys.js';
import type { Client } from '../../../src/client/client.js';
import { followMonitor, follow, type BusEvent } from '../../../src/client/follow.js';
import type { TransactionInfo } from '../../../src/messages/context-info.js';
import type { SamplesReply } from '../../../src/messages/sample-history.js';
import { samplesTopic } from '../../../src/messages/topics.js';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { monitorService } from '../../helpers/monitor.js';
import { readProc } from '../../helpers/processes.js';
import { Recorder } from '../../helpers/recorder.js';
import { localEndpoints, openSecuredProvider } from '../../helpers/secured.js';

expectNoLeftovers();

const one = { id: 'ts_1', instance: 'Forever' };

/** Retries: a Monitor that has just started, or has a new provider, has no samples yet. */
function sampled(client: Client, serviceId: string, atLeast = 1): Promise<SamplesReply> {
  return eventually(async () => {
    const reply = await client.samples('T1', { serviceId, metric: 'rss' }).catch(() => undefined);
    return reply !== undefined && reply.points.length >= atLeast && reply;
  }, `${atLeast} samples of ${serviceId}`);
}

test('A Monitor of a secured provider publishes to clients with a key and seals its replies.', async () => {
  await using secured = await openSecuredProvider([monitorService(), one], localEndpoints);
  const seen = new Recorder<BusEvent>();
  const note = (event: BusEvent) => seen.record(event);
  const follower = follow(secured.provider.endpoints, ['control'], note, secured.securityOf('read'));
  await follower.ready;
  const admin = await secured.client('admin');
  const { status } = await admin.command({ action: 'start', transaction: 'T1' });
  expect(status).toMatchObject({ result: 'success' });
  const report = await seen.waitFor((each) => JSON.stringify(each.body).includes('monitor_endpoint'));
  const endpoint = /"monitor_endpoint":"([^"]+)"/.exec(JSON.stringify(report.body))?.[1] ?? '';
  await follower.close();

  const reader = await secured.client('read');
  const info = (await reader.request('T1')) as TransactionInfo;
  const key = info.tasks.find(({ instance }) => instance === 'Monitor')?.key ?? '';
  expect(info.clients).toEqual(secured.file.security?.clients.map((client) => client.key));
  expect(JSON.stringify(seen.items.map(({ body }) => body))).not.toContain(key);

  const samples = new Recorder<BusEvent>();
  const mine = { keys: secured.keysOf('read'), serverKey: key };
  const display = followMonitor(endpoint, (event) => samples.record(event), mine);
  await samples.waitFor((each) => /"serviceId":"ts_1".*"rss"/.test(JSON.stringify(each.body)));
  await display.close();

  const refused: readonly (readonly [string, Parameters<typeof followMonitor>[2]])[] = [
    ['does not know the key', { keys: createKeyPair(), serverKey: key }],
    ['does not have the key', { keys: secured.keysOf('read'), serverKey: secured.serverKey }],
    ['is secured', undefined],
  ];
  for (const [message, security] of refused) {
    const other = followMonitor(endpoint, () => expect.unreachable(), security);
    expect(await other.refused).toMatchObject({
      code: 'SEC_CONNECTION_REFUSED',
      message: expect.stringContaining(message) as string,
    });
    await other.close();
  }

  const answered = await sampled(reader, 'ts_1', 3);
  expect(answered).toMatchObject({ service_id: 'ts_1', metric: 'rss' });

  const pid = status.services.find((each) => each.service_id === 'ts_mon')?.pid ?? 0;
  expect(readProc(pid, 'environ')).not.toMatch(/secretKey/);
  await secured.replace();
  const next = await secured.client('read');
  await sampled(next, 'ts_1');
}, 60_000);

test('Messages of other clients neither count as replies of the Monitor nor change the processes it measures.', async () => {
  await using secured = await openSecuredProvider([monitorService(), one]);
  const admin = await secured.client('admin');
  await admin.command({ action: 'start', transaction: 'T1' });
  await sampled(admin, 'ts_1');
  const { connection, frames } = await secured.connect('read', samplesTopic('T1'), 'state');
  const asked = admin.samples('T1', { serviceId: 'ts_404', metric: 'rss' });
  const refused = expect(asked).rejects.toMatchObject({ code: 'SVC_UNKNOWN' });
  const question = await frames.waitFor((frame) => frame.startsWith('samples.T1'));
  const id = /"message_id":"([^"]+)"/.exec(question)?.[1] ?? '';
  const header = { action: 'reply_samples', service_id: 'ts_404', in_reply_to: id, sender: 'other' };
  await connection.publish('state', { header, content: { forged: true } }, secured.keysOf('admin').publicKey);
  await refused;

  const task = { service_id: 'ts_forged', pid: process.pid, action: 'started', state: 'success' };
  const named = { ...task, serviceName: 'x', instance: 'Forever', task: {} };
  const configuration = { FrontEndEndpoint: '', BackendEndpoint: '', FrontBind: '', BackendBind: '' };
  const info = { contextId: 'x', contextName: 'x', contextLogName: 'x', configuration, tasks: [named] };
  await connection.publish('control', {
    header: { action: 'update', service_id: 'x', service_name: 'context', service_transaction: 'T1' },
    content: { status: { device_action: 'context_info', result: 'success', data: [{ T1: info }] } },
  });
  await connection.flush();
  const before = await sampled(admin, 'ts_mon');
  await sampled(admin, 'ts_mon', before.points.length + 3);
  await expect(admin.samples('T1', { serviceId: 'ts_forged', metric: 'rss' })).rejects.toMatchObject({
    code: 'SVC_UNKNOWN',
  });
}, 60_000);

test('An admin can add a Monitor by a top request; a task can only read.', async () => {
  await using secured = await openSecuredProvider([one]);
  const admin = await secured.client('admin');
  await admin.command({ action: 'start', transaction: 'T1' });
  const service = { type: 'pub', frequencyS: 0.2, endpoint: 'tcp://127.0.0.1:*' } as const;
  await admin.top('T1', { service });
  await sampled(admin, 'ts_1');
  expect(await secured.audit()).toContainEqual(
    expect.objectContaining({
      verdict: 'accepted',
      what: expect.objectContaining({ action: 'top' }) as unknown,
    }),
  );
}, 60_000);
