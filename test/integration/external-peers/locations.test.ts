// Code is loaded only from the provider's service roots.

import { cp, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixtureServices, clientConfiguration } from '../../helpers/context.js';
import { openFolder } from '../../helpers/folder.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';

expectNoLeftovers();

/** A provider that may load from one folder of its own, and no fixture. */
async function openRooted() {
  const folder = await openFolder();
  const allowed = join(folder.path, 'allowed');
  await mkdir(allowed);
  const test = await openProvider([{ id: 'ts_1', instance: 'Forever', location: allowed }]);
  return {
    test,
    allowed,
    [Symbol.asyncDispose]: async () => {
      await test[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const places: readonly (readonly [string, (allowed: string) => Promise<string> | string])[] = [
  ['a folder outside the service roots', () => fixtureServices],
  ['the root of the file system', () => '/'],
  ['a way out of a service root by ..', (allowed) => `${allowed}/../..${fixtureServices}`],
  ['a folder that only begins with the name of a service root', (allowed) => `${allowed}-not`],
  ['a relative path', () => 'test/fixtures/services'],
  [
    'a symbolic link inside a service root that points out of it',
    async (allowed) => {
      await symlink(fixtureServices, join(allowed, 'link'));
      return join(allowed, 'link');
    },
  ],
];

test.each(places)('%s is rejected as a location, at start and at restart.', async (_what, place) => {
  await using harness = await openRooted();
  const { test, allowed } = harness;
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const location = await place(allowed);
  const configuration = clientConfiguration([{ id: 'ts_1', instance: 'Forever', location }]);
  for (const action of ['start', 'restart']) {
    const { status } = await client.command({ action, transaction: 'T1', configuration });
    expect(status).toMatchObject({ result: 'failure', error: { code: 'SVC_LOCATION_REFUSED' } });
    expect(status.error!.hint).toContain('--service_root');
  }
  const listed = await client.command({ action: 'list' });
  expect(listed.status.transactions).toEqual([]);
  expect(observer.events()).toEqual([]);
});

test('A folder that was named with the provider is a service root, and so are the folders below it.', async () => {
  await using test = await openProvider([], {}, { serviceRoots: [join(fixtureServices, '..')] });
  const client = await test.client();
  const configuration = clientConfiguration([{ id: 'ts_1', instance: 'Forever' }]);
  const { status } = await client.command({ action: 'start', transaction: 'T1', configuration });
  expect(status.services).toMatchObject([{ state: 'started' }]);
});

test("A service without a location is looked for in all service roots, the package's own among them.", async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Forever', location: '' },
    { id: 'ts_2', instance: 'EchoAction', name: 'echo_action', location: '' },
    { id: 'ts_3', instance: 'Forever' },
  ]);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status.services.map((each) => each.state)).toEqual(['started', 'started', 'started']);
});

test('A service root that is a link itself is one.', async () => {
  await using folder = await openFolder();
  const link = join(folder.path, 'services-link');
  await symlink(fixtureServices, link);
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever', location: link }]);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status.services).toMatchObject([{ state: 'started' }]);
  await rm(link);
});

test('A relative location that a client sends starts at the context folder, as it does in the file.', async () => {
  await using test = await openProvider([]);
  await mkdir(join(test.folder, 'services'));
  await cp(join(fixtureServices, 'Forever'), join(test.folder, 'services', 'Forever'), { recursive: true });
  const client = await test.client();
  const configuration = clientConfiguration([{ id: 'ts_1', instance: 'Forever', location: 'services' }]);
  for (const action of ['start', 'restart']) {
    const { status } = await client.command({ action, transaction: 'T1', configuration });
    expect(status).toMatchObject({ result: 'success', services: [{ state: 'started' }] });
  }
  const plan = await client.command({ action: 'reload', transaction: 'T1', configuration, isDryRun: true });
  expect(plan.status).toMatchObject({ plan: { changed: [], unchanged: ['ts_1'] } });
});
