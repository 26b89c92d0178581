// Requests to a crashed provider are sealed again for the next one and executed once.

import { expect, test } from 'vitest';
import { Client } from '../../../src/client/client.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { openRelay } from '../../helpers/relay.js';
import { openSecuredProvider, listServices } from '../../helpers/secured.js';

expectNoLeftovers();

const restart = { action: 'restart', transaction: 'T1', serviceId: 'ts_1', messageId: 'M1' } as const;

test('Commands and queries during a crash and a take-over are sealed again and executed once.', async () => {
  await using secured = await openSecuredProvider([{ id: 'ts_1', instance: 'Forever' }]);
  const { publish, subscribe } = secured.provider.endpoints;
  await using out = await openRelay(publish);
  await using back = await openRelay(subscribe);
  const ends = { publish: out.endpoint, subscribe: back.endpoint };
  const client = await Client.connect(ends, { security: secured.securityOf('admin') });
  await client.command({ action: 'start', transaction: 'T1' });
  const [before] = await listServices(client);

  // Like a crash: the provider cancels none of its requests.
  await Promise.all([out.cut(), back.cut()]);
  const restarting = client.command(restart);
  const asking = client.request('T1');
  await secured.replace();
  out.connectTo(secured.provider.endpoints.publish);
  back.connectTo(secured.provider.endpoints.subscribe);

  const { status } = await restarting;
  expect(status).toMatchObject({ result: 'success' });
  expect(await asking).toMatchObject({ tasks: [{ service_id: 'ts_1' }] });
  const [after] = await listServices(client);
  expect(after?.pid).not.toBe(before?.pid);
  const again = await client.command(restart);
  expect(again.status).toEqual(status);
  expect((await listServices(client))[0]?.pid).toBe(after?.pid);
  await client.close();

  const verdicts = (await secured.audit()).filter(({ what }) => what.message_id === 'M1');
  expect(verdicts[0]?.code).toBe('SEC_REPLAYED');
  expect(verdicts.slice(1).some(({ verdict }) => verdict === 'accepted')).toBe(true);
});
