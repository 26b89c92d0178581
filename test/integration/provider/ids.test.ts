// Every id the rule allows can be used: as a transaction and as a service, in topics and in file names.

import { expect, test } from 'vitest';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { openProvider } from '../../helpers/provider.js';

expectNoLeftovers();

test.each([
  ['6FDAHH3WPRVV7FGZCRIN', 'ts_100'],
  ['run.1', 'ts_1'],
  ['T1', 'ts.1.main'],
  ['2026-11-22T18:00', 'a:b-c_d'],
  ['constructor', '__proto__'],
  ['t'.repeat(128), 's'.repeat(120)],
])('Transaction "%s" starts and stops its service "%s".', async (transaction, id) => {
  await using test = await openProvider([{ id, instance: 'Forever', supervision: { start_timeout_s: 3 } }]);
  const client = await test.client();
  const started = await client.command({ action: 'start', transaction });
  expect(started.status.services).toMatchObject([{ service_id: id, state: 'started' }]);
  expect(await client.request(transaction)).toMatchObject({ tasks: [{ service_id: id, state: 'success' }] });
  const stopped = await client.command({ action: 'stop', transaction, serviceId: id });
  expect(stopped.status.services).toMatchObject([{ service_id: id, state: 'stopped' }]);
});

test('Services whose ids differ only by case or by where a dot stands have a log and a topic each.', async () => {
  const services = ['B.C', 'b.c', 'C', 'c'].map((id) => ({ id, instance: 'Forever' }));
  await using test = await openProvider(services);
  const client = await test.client();
  const logs: string[] = [];
  for (const transaction of ['A', 'a', 'A.B']) {
    const { status } = await client.command({ action: 'start', transaction });
    expect(status).toMatchObject({ result: 'success' });
    for (const { id } of services) {
      const reply = (await client.request(transaction, { action: 'logs', serviceId: id })) as {
        files: string[];
      };
      logs.push(...reply.files);
    }
  }
  expect(new Set(logs).size).toBe(logs.length);
  // Only the addressed service receives the command.
  const stopped = await client.command({ action: 'stop', transaction: 'A', serviceId: 'B.C' });
  expect(stopped.status.services).toMatchObject([{ service_id: 'B.C', state: 'stopped' }]);
  const { status } = await client.command({ action: 'list' });
  const others = (status.transactions ?? []).flatMap((each) =>
    each.services.filter(({ service_id: id }) => each.transaction !== 'A' || id !== 'B.C'),
  );
  expect(others.map(({ state }) => state)).toEqual(Array.from({ length: 11 }, () => 'started'));
});
