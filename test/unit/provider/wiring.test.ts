// A wired provider without sockets and processes: frames in, launches and messages out.

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Closers } from '../../../src/base/closers.js';
import { decodeEnvelope, encodeEnvelope, type Envelope } from '../../../src/bus/envelope.js';
import type { LaunchRequest } from '../../../src/launcher/launcher.js';
import type { Launchers } from '../../../src/launcher/open-launchers.js';
import { createSetup } from '../../../src/provider/provider-setup.js';
import { wireProvider } from '../../../src/provider/wiring.js';
import { testConfiguration, testContextFile } from '../../helpers/context.js';
import { FakeProcess } from '../../helpers/fake-launcher.js';
import { openFolder } from '../../helpers/folder.js';
import { eventually } from '../../helpers/eventually.js';
import { ManualClock } from '../../helpers/manual-clock.js';
import { readJournal } from '../../../src/journal/journal.js';

async function openWired() {
  const folder = await openFolder();
  const closers = new Closers();
  const file = testContextFile(folder.path, testConfiguration([{ id: 'ts_1', instance: 'Forever' }]));
  let exits = 0;
  const setup = createSetup({ file, stateFolder: folder.path, clock: new ManualClock() }, () => (exits += 1));
  const processes: FakeProcess[] = [];
  const requests: LaunchRequest[] = [];
  const launchers: Launchers = {
    launcher: {
      launch: (request) => {
        requests.push(request);
        processes.push(new FakeProcess(1000 + processes.length, request));
        return Promise.resolve(processes.at(-1)!);
      },
      adopt: () => {
        throw new Error('there is no earlier provider');
      },
      find: () => Promise.resolve([]),
      end: () => Promise.resolve(false),
      onNotice: () => undefined,
    },
    prepare: () => Promise.resolve({ module: '/a.mjs', codeHash: 'c1' }),
    checkCode: () => undefined,
    controlGroups: undefined,
  };
  const published: Envelope[] = [];
  const connection = {
    id: 'provider-1',
    traffic: { received: 0, sent: 0 },
    publisher: { hasSubscriber: () => true },
    publish: (topic: string, body: unknown) => {
      published.push(decodeEnvelope(Buffer.from(encodeEnvelope({ topic, body }))));
      return Promise.resolve();
    },
  };
  const stats = { pid: 1, restarts: 0, not_accepted: 0, silent: 0 };
  const endpoints = { publish: 'tcp://127.0.0.1:1', subscribe: 'tcp://127.0.0.1:2' };
  const parts = { connection, endpoints, launchers, forwarder: { stats }, security: undefined };
  const wired = wireProvider(setup, parts, closers);
  wired.dispatcher.open();
  const receive = (topic: string, body: unknown) =>
    wired.dispatcher.receive(Buffer.from(encodeEnvelope({ topic, body })));
  const topics = (topic: string) => published.filter((each) => each.topic === topic);
  return {
    ...{ wired, receive, processes, requests, topics, folder, exits: () => exits, owner: setup.owner },
    [Symbol.asyncDispose]: async () => {
      await closers.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const command = (action: string, messageId: string) => ({
  header: { action, service_id: '', service_transaction: 'T1', message_id: messageId },
});
const started = {
  header: { action: 'started', service_id: 'ts_1', service_name: '', service_transaction: 'T1', seq: 1 },
  content: { status: { result: 'success', device_action: '', pid: 1000 } },
};

it('launches a service for a command, and replies when it has started and the journal knows', async () => {
  await using provider = await openWired();
  const { receive, processes, requests, topics, folder, owner } = provider;
  receive('context', command('start', 'm1'));
  await eventually(() => processes.length === 1, 'a launch');
  const { bootstrap, token } = requests[0]!;
  expect(bootstrap).toMatchObject({ transaction: 'T1', serviceId: 'ts_1', module: '/a.mjs' });
  expect(token.startsWith(`${owner}/T1/ts_1/1/`)).toBe(true);
  expect(bootstrap.log.out).toBe(join(folder.path, 'logs', 'T1', 'ts_1.out'));
  expect(topics('state')).toEqual([]);
  receive('control', started);
  await eventually(() => topics('state').length === 1, 'a reply');
  expect(topics('state')[0]!.body).toMatchObject({
    header: { action: 'reply_start', in_reply_to: 'm1' },
    content: { status: { result: 'success', services: [{ service_id: 'ts_1', state: 'started' }] } },
  });
  expect(readJournal(folder.path).content).toMatchObject({
    transactions: [{ id: 'T1', services: [{ id: 'ts_1', status: 'started' }] }],
    answers: [{ messageId: 'm1', transaction: 'T1' }],
  });
});

it('answers a command again without a second launch', async () => {
  await using provider = await openWired();
  const { receive, processes, topics } = provider;
  receive('context', command('start', 'm1'));
  await eventually(() => processes.length === 1, 'a launch');
  receive('control', started);
  receive('context', command('start', 'm1'));
  await eventually(() => topics('state').length === 2, 'two replies');
  expect(processes).toHaveLength(1);
});

it('refuses to start services when it is shutting down, and still answers queries', async () => {
  await using provider = await openWired();
  const { wired, receive, topics } = provider;
  wired.shutdown.begin();
  receive('context', command('start', 'm1'));
  receive('state', { header: { action: 'figures', message_id: 'q1' } });
  await eventually(() => topics('state').length === 2, 'two replies');
  const bodies = topics('state').map(({ body }) => body as { header: { action: string } });
  expect(bodies.find(({ header }) => header.action === 'reply_start')).toMatchObject({
    content: { status: { error: { code: 'CTX_ENDING' } } },
  });
  expect(bodies.find(({ header }) => header.action === 'reply_figures')).toMatchObject({
    content: { forwarder: { pid: 1 }, journal: { failures: 0 } },
  });
});

it('exits when a client has its reply', async () => {
  await using provider = await openWired();
  provider.receive('context', command('exit', 'm1'));
  await eventually(() => provider.exits() === 1, 'an exit');
  expect(provider.topics('state')).toHaveLength(1);
});
