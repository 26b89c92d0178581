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
