// The samples in conf/ run, and what is seen of them on the bus is what their transitions say.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { readContextFile, type ContextFile } from '../../src/model/read/read-context.js';
import { Provider } from '../../src/provider/provider.js';
import { openFolder } from '../helpers/folder.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { observeBus, type BusObserver } from '../helpers/bus-observer.js';

expectNoLeftovers();

const WILDCARD = 'tcp://127.0.0.1:*';
const ENDPOINTS = {
  FrontEndEndpoint: WILDCARD,
  BackendEndpoint: WILDCARD,
  FrontBind: WILDCARD,
  BackendBind: WILDCARD,
};

/** A sample as it is shipped, but on free ports, with other values for its tasks, and writing into `folder`. */
async function readSample(
  name: string,
  folder: string,
  values: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<ContextFile> {
  const file = await readContextFile(join(packageRoot, 'conf', `Context-${name}.xml`));
  expect(Object.keys(values)).toEqual(file.configuration.TaskService.map(({ id }) => id));
  const configuration = structuredClone({ ...file.configuration, ...ENDPOINTS });
  for (const service of configuration.TaskService) {
    Object.assign(service.Task.message.content.configuration, values[service.id]);
  }
  return { ...file, folder, configuration };
}

async function startProvider(file: ContextFile) {
  const provider = await Provider.open({ file });
  return { provider, [Symbol.asyncDispose]: () => provider.close() };
}

/** Events of these services in their order, each kind once: how often a looped task reports is a matter of time. */
function storyOf(observer: BusObserver, ...services: readonly string[]): readonly string[] {
  const events = observer.events().filter((event) => services.some((id) => event.endsWith(` ${id}`)));
  return [...new Set(events)];
}

test('In the state machine each service leads to the next.', async () => {
  await using folder = await openFolder();
  const file = await readSample('StateMachine', folder.path, {
    ts_100: { seconds: '0.05' },
    ts_101: { steps: '3', seconds: '0.01' },
    ts_102: { seconds: '0.05' },
    ts_103: { seconds: '0.05' },
  });
  await using running = await startProvider(file);
  await using observer = await observeBus(running.provider.endpoints);
  await running.provider.execute('start', 'T1');
  const lap = await observer.waitForEvent('ts_103', 'updated');
  expect(storyOf(observer, 'ts_100', 'ts_101', 'ts_102', 'ts_103')).toEqual([
    'created ts_100',
    'started ts_100',
    'exited ts_100',
    'created ts_101',
    'started ts_101',
    'updated ts_101',
    'exited ts_101',
    'created ts_102',
    'started ts_102',
    'updated ts_102',
    'created ts_103',
    'started ts_103',
    'updated ts_103',
  ]);
  expect(lap.header).toMatchObject({ service_name: 'state_update', service_transaction: 'T1' });
  expect(lap.content.status).toMatchObject({ result: 'success', device_action: 'pass_state4', laps: 1 });
  const walk = await observer.waitForEvent('ts_101', 'updated');
  expect(walk.content.status).toMatchObject({ device_action: 'pass_state2', steps: 3, metres: 2.25 });
});

test('In the morning waking up leads to the emails, and coffee keeps running beside them.', async () => {
  await using folder = await openFolder();
  const maildir = join(folder.path, 'maildir');
  await mkdir(join(maildir, 'new'), { recursive: true });
  await writeFile(join(maildir, 'new', '1.host'), 'Subject: good morning\n');
  const file = await readSample('Sample', folder.path, {
    ts001: { seconds: '0.05' },
    ts002: { maildir },
    ts003: { seconds: '0.05' },
  });
  await using running = await startProvider(file);
  await using observer = await observeBus(running.provider.endpoints);
  await running.provider.execute('start', 'T1');
  await Promise.all([observer.waitForEvent('ts002', 'exited'), observer.waitForEvent('ts003', 'updated')]);
  expect(storyOf(observer, 'ts001', 'ts002')).toEqual([
    'created ts001',
    'started ts001',
    'updated ts001',
    'exited ts001',
    'created ts002',
    'started ts002',
    'updated ts002',
    'exited ts002',
  ]);
  expect(storyOf(observer, 'ts003')).toEqual(['created ts003', 'started ts003', 'updated ts003']);
  const mail = await observer.waitForEvent('ts002', 'updated');
  expect(mail.header).toMatchObject({ service_name: 'open_inbox' });
  expect(mail.content.status).toMatchObject({ device_action: 'email_checker', new_messages: 1 });
  const coffee = await observer.waitForEvent('ts003', 'updated');
  expect(coffee.header).toMatchObject({ service_name: 'drink_espresso' });
  expect(coffee.content.status).toMatchObject({ device_action: 'single_espresso', cups: 1 });
});

test('Emails are not looked at where there is no mail folder, and that is no failure.', async () => {
  await using folder = await openFolder();
  const file = await readSample('Sample', folder.path, {
    ts001: { seconds: '0' },
    ts002: { maildir: join(folder.path, 'none') },
    ts003: { seconds: '60' },
  });
  await using running = await startProvider(file);
  await using observer = await observeBus(running.provider.endpoints);
  await running.provider.execute('start', 'T1');
  const mail = await observer.waitForEvent('ts002', 'updated');
  expect(mail.content.status).toMatchObject({ new_messages: 0 });
  await observer.waitForEvent('ts002', 'exited');
});
