// Several providers on one machine.

import { expect, test } from 'vitest';
import { parseTcpEndpoint } from '../../../src/bus/endpoint.js';
import { testConfiguration } from '../../helpers/context.js';
import { openFolder } from '../../helpers/folder.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { startProgram } from '../../helpers/program.js';
import { openProvider } from '../../helpers/provider.js';
import { writeContextFile } from '../../helpers/xml.js';

expectNoLeftovers();

const forever = [{ id: 'ts_1', instance: 'Forever' }];

test('Two providers with different ports run side by side and receive nothing from each other.', async () => {
  await using one = await openProvider(forever);
  await using other = await openProvider(forever);
  await using observer = await observeBus(other.provider.endpoints);
  const clients = [await one.client(), await other.client()];
  await clients[0]!.command({ action: 'start', transaction: 'T1' });
  const mine = await clients[0]!.command({ action: 'list' });
  const theirs = await clients[1]!.command({ action: 'list' });
  expect(mine.status.transactions).toHaveLength(1);
  expect(theirs.status.transactions).toEqual([]);
  expect(observer.events()).toEqual([]);
  const started = await clients[1]!.command({ action: 'start', transaction: 'T1' });
  expect(started.status.services).toMatchObject([{ state: 'started' }]);
  await one.provider.close();
  const alive = await clients[1]!.command({ action: 'list' });
  expect(alive.status.transactions![0]!.services).toMatchObject([{ state: 'started' }]);
});

test('A second provider on the same ports ends with code 1, naming the port and who holds it.', async () => {
  await using folder = await openFolder();
  await using first = await openProvider(forever);
  const { publish, subscribe } = first.provider.endpoints;
  const configuration = testConfiguration(forever, {
    FrontEndEndpoint: subscribe,
    BackendEndpoint: publish,
    FrontBind: publish,
    BackendBind: subscribe,
  });
  const file = await writeContextFile(folder.path, configuration);
  await using second = startProgram('service_context', file, '--start');
  expect(await second.ended).toEqual({ code: 1, signal: null });
  const text = second.err.items.join('\n');
  expect(text).toContain('BUS_ADDRESS_IN_USE');
  expect(text).toMatch(new RegExp(`port ${parseTcpEndpoint(publish)!.port} .*pid ${process.pid}\\b`));
  const client = await first.client();
  const { status } = await client.command({ action: 'list' });
  expect(status.transactions).toEqual([]);
});
