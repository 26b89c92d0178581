// Clients may do what their role allows, and only in their own name.

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client, CommandRequest } from '../../../src/client/client.js';
import type { Role } from '../../../src/model/security.js';
import { clientConfiguration, type ServiceSpec } from '../../helpers/context.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { readProc } from '../../helpers/processes.js';
import {
  localEndpoints,
  openSecuredProvider,
  listServices,
  type SecuredProvider,
} from '../../helpers/secured.js';

expectNoLeftovers();

const SERVICES: readonly ServiceSpec[] = [
  { id: 'ts_1', instance: 'Forever' },
  { id: 'ts_2', instance: 'Forever', serviceType: 'Thread' },
];
let secured: SecuredProvider;
let admin: Client;

beforeAll(async () => {
  secured = await openSecuredProvider(SERVICES, localEndpoints);
  admin = await secured.client('admin');
  await admin.command({ action: 'start', transaction: 'T1' });
}, 60_000);

afterAll(async () => {
  await secured[Symbol.asyncDispose]();
});

const standing = () => listServices(admin);

const foreign = clientConfiguration([{ id: 'ts_1', instance: 'Evil', location: '/tmp' }]);

test('A provider and its services, processes and threads, use keys for their messages.', async () => {
  expect(await standing()).toMatchObject([
    { transaction: 'T1', service_id: 'ts_1', state: 'started' },
    { transaction: 'T1', service_id: 'ts_2', state: 'started' },
  ]);
});

const refused: readonly (readonly [Role, CommandRequest, string])[] = [
  ['read', { action: 'start', transaction: 'T2' }, 'SEC_ROLE_REFUSED'],
  ['read', { action: 'stop', transaction: 'T1' }, 'SEC_ROLE_REFUSED'],
  ['read', { action: 'restart', transaction: 'T1', serviceId: 'ts_1' }, 'SEC_ROLE_REFUSED'],
  ['read', { action: 'validate', configuration: foreign }, 'SEC_ROLE_REFUSED'],
  ['read', { action: 'exit' }, 'SEC_ROLE_REFUSED'],
  ['operate', { action: 'exit' }, 'SEC_ROLE_REFUSED'],
  ['operate', { action: 'reload', transaction: 'T1', configuration: foreign }, 'SEC_ROLE_REFUSED'],
  ['operate', { action: 'start', transaction: 'T2', configuration: foreign }, 'SEC_ROLE_REFUSED'],
  ['operate', { action: 'validate', configuration: foreign }, 'SVC_LOCATION_REFUSED'],
  ['admin', { action: 'start', transaction: 'T2', configuration: foreign }, 'SVC_LOCATION_REFUSED'],
];

test.each(refused)('A client with the role %s that requests %j is refused.', async (role, request, code) => {
  const before = await standing();
  const client = await secured.client(role);
  const { status } = await client.command(request);
  expect(status).toMatchObject({ result: 'failure', error: { code } });
  expect(await standing()).toEqual(before);
  if (code !== 'SEC_ROLE_REFUSED') return;
  await secured.waitForRefusal(
    code,
    ({ who, what }) => who.name === `client-${role}` && what.action === request.action,
  );
});

test('A client with the role operate starts, restarts and stops defined services, also by sending that file.', async () => {
  const client = await secured.client('operate');
  const { configuration } = secured.file;
  const started = await client.command({ action: 'start', transaction: 'T3', configuration });
  expect(started.status).toMatchObject({ result: 'success' });
  const restarted = await client.command({ action: 'restart', transaction: 'T3', serviceId: 'ts_2' });
  expect(restarted.status).toMatchObject({ result: 'success' });
  const stopped = await client.command({ action: 'stop', transaction: 'T3' });
  expect(stopped.status).toMatchObject({ result: 'success' });
  expect((await secured.audit()).at(-1)).toMatchObject({
    verdict: 'accepted',
    who: { name: 'client-operate' },
    what: { action: 'stop', service_transaction: 'T3' },
  });
});

test('A client with the role read gets replies that only it can read.', async () => {
  const client = await secured.client('read');
  expect(await client.request('T1')).toMatchObject({ contextId: 'context001' });
  expect(await client.request('T1', { action: 'why', serviceId: 'ts_1' })).toMatchObject({
    state: 'started',
  });
});

test.each(['read', 'operate'] as const)(
  'a client with the role %s sees what services cost, and adds no Monitor by asking.',
  async (role) => {
    const before = await standing();
    const client = await secured.client(role);
    expect(await client.top('T1')).toMatchObject([{ service_id: 'ts_1' }, { service_id: 'ts_2' }]);
    const service = { type: 'pub', frequencyS: 1, endpoint: 'tcp://127.0.0.1:*' } as const;
    await expect(client.top('T1', { service })).rejects.toMatchObject({ code: 'SEC_ROLE_REFUSED' });
    expect(await standing()).toEqual(before);
    await secured.waitForRefusal(
      'SEC_ROLE_REFUSED',
      ({ who, what }) => who.name === `client-${role}` && what.action === 'top',
    );
  },
);

test('Neither the environment nor the command line of a service contains a secret.', async () => {
  const secrets = await readFile(join(secured.folder, 'keys', 'server.key_secret'), 'utf8');
  const secret = /secret-key = "(.*)"/.exec(secrets)?.[1] ?? 'none';
  const pids = (await standing()).flatMap(({ pid }) => pid ?? []);
  expect(pids.length).toBeGreaterThanOrEqual(2);
  for (const pid of pids) {
    const shown = `${readProc(pid, 'environ')} ${readProc(pid, 'cmdline')}`;
    expect(shown).toContain(secured.serverKey);
    expect(shown).not.toContain(secret);
    expect(shown).not.toMatch(/secretKey|secret_key/);
  }
});

test('Journal and messages contain no part of <Security>.', async () => {
  await mkdir(join(secured.folder, 'nothing'), { recursive: true });
  const journal = await readFile(join(secured.folder, '.contextd', 'context001', 'journal.json'), 'utf8');
  const info = JSON.stringify(await admin.request());
  for (const text of [journal, info]) expect(text).not.toMatch(/Security|key_secret|secret_key|client-admin/);
});

test('The next provider recognizes services, processes and threads, by their keys.', async () => {
  const before = await standing();
  await secured.replace();
  admin = await secured.client('admin');
  expect(await standing()).toEqual(before);
  const { status } = await admin.command({ action: 'stop', transaction: 'T1' });
  expect(status.services).toMatchObject([{ state: 'stopped' }, { state: 'stopped' }]);
}, 60_000);
