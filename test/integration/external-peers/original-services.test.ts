// Programs written as services of the original system: they receive all commands, select theirs by name, and send any events.

import { expect, test } from 'vitest';
import { Connection } from '../../../src/bus/connection.js';
import { follow, type BusEvent } from '../../../src/client/follow.js';
import type { TransactionInfo } from '../../../src/messages/context-info.js';
import type { TaskService } from '../../../src/model/context.js';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { shellService } from '../../helpers/program-services.js';
import { openProvider, type TestProvider } from '../../helpers/provider.js';
import { openRawReader } from '../../helpers/raw-reader.js';

expectNoLeftovers();

const SLEEP = 'exec sleep 1000';
const NAMED = { name: 'old' } as const;

interface Command {
  readonly Task: { readonly message: { readonly header: Readonly<Record<string, string>> } };
}

/** Returns the commands that a new subscriber of `prefix` receives on topic `process`, as `action name transaction`. */
async function commandsFor(test: TestProvider, prefix: string): Promise<readonly string[]> {
  await using reader = await openRawReader(test.provider.endpoints, prefix);
  // The provider has answered its subscription before it answers this.
  await (await test.client()).request('T1');
  await reader.settled();
  return reader.seen.items
    .filter(({ topic }) => topic === 'process')
    .map(({ body }) => (body as Command).Task.message.header)
    .map((header) => `${header.action} ${header.service_name} ${header.transaction}`);
}

/** Expects that a new subscriber receives exactly one start command. */
async function expectStartCommand(test: TestProvider, prefix: string): Promise<void> {
  const commands = await eventually(async () => {
    const all = await commandsFor(test, prefix);
    return all.length === 0 ? undefined : all;
  }, 'the command has arrived');
  expect(commands).toEqual(['start old T1']);
}

test.each([
  ['everything', '', 'started'],
  ['process', 'process', 'started'],
  ['everything', '', 'heartbeat'],
])(
  'A program that subscribes to %s late (%j, ready %s) receives a start command each time until it has started.',
  async (_what, prefix, ready) => {
    await using test = await openProvider([shellService('ts_1', SLEEP, { ready }, NAMED)]);
    await using observer = await observeBus(test.provider.endpoints);
    const client = await test.client();
    const starting = client.command({ action: 'start', transaction: 'T1' });
    if (ready === 'started') await starting;
    await expectStartCommand(test, prefix);
    await expectStartCommand(test, prefix);

    // The original's services have neither sender nor number.
    const program = new Connection(test.provider.endpoints, [], () => undefined);
    await program.publisher.waitForSubscriber('control');
    const header = { action: 'updated', service_id: 'ts_1', service_name: 'old', service_transaction: 'T1' };
    await program.publish('control', {
      header,
      content: { status: { result: 'success', device_action: '', pid: 1 } },
    });
    await observer.waitForEvent('ts_1', 'updated');
    await program.close();
    expect(await commandsFor(test, prefix)).toEqual([]);
    await client.command({ action: 'stop', transaction: 'T1' });
    await starting;
  },
);

test('No command is repeated for a subscriber of exactly the topic, for services with own code, or for stopped services.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Forever', name: 'own' },
    shellService('ts_2', SLEEP, {}, { name: 'waits', entry: 'on_exit' }),
    shellService('ts_3', SLEEP, {}, NAMED),
  ]);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  expect(await commandsFor(test, 'process @@@')).toEqual([]);
  await expectStartCommand(test, 'process');
  await client.command({ action: 'stop', transaction: 'T1' });
  expect(await commandsFor(test, 'process')).toEqual([]);
});

test('The task in an answer has its header filled in.', async () => {
  await using test = await openProvider([shellService('ts_1', SLEEP, {}, NAMED)]);
  await using reader = await openRawReader(test.provider.endpoints, 'control');
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const header = { action: 'start', service_id: 'ts_1', service_name: 'old', transaction: 'T1' };
  const headersIn = (info: TransactionInfo) =>
    info.tasks.map(({ task }) => (task as TaskService).Task.message.header);
  const one = (await client.request('T1')) as TransactionInfo;
  const all = (await client.request()) as Readonly<Record<string, TransactionInfo>>;
  expect([headersIn(one), headersIn(all.T1!)]).toEqual([[header], [header]]);
  const { body } = await reader.seen.waitFor(({ body }) => (body as Info).header.action === 'update');
  expect((body as Info).content.status.data.flatMap((each) => headersIn(each.T1!))).toEqual([header]);
});

interface Info {
  readonly header: { readonly action: string };
  readonly content: {
    readonly status: { readonly data: readonly Readonly<Record<string, TransactionInfo>>[] };
  };
}

test('A repeated last event is shown once, and to a subscriber that has not seen it.', async () => {
  await using test = await openProvider([]);
  const { endpoints } = test.provider;
  const service = new Connection(endpoints, [], () => undefined);
  const send = (seq: number, action: string, repetition?: boolean) =>
    service.publish('control', {
      header: { action, service_id: 'ts_9', service_transaction: 'T9', seq, sender: service.id, repetition },
      content: { status: { result: 'success', device_action: '' } },
    });
  const seen: BusEvent[] = [];
  const early = follow(endpoints, ['control'], (event) => seen.push(event));
  await early.ready;
  await service.publisher.waitForSubscriber('control');
  await send(1, 'started');
  await send(2, 'exited');
  const seenLate: BusEvent[] = [];
  const late = follow(endpoints, ['control'], (event) => seenLate.push(event));
  await late.ready;
  await send(2, 'exited', true);
  await send(2, 'exited', true);
  await send(3, 'updated');
  const actions = (sightings: readonly BusEvent[]) =>
    sightings.flatMap((each) =>
      each.kind === 'message' && each.message.kind === 'service_event' ? [each.message.header.action] : [],
    );
  await eventually(
    () => actions(seenLate).includes('updated') && actions(seen).includes('updated'),
    'all is seen',
  );
  expect(actions(seenLate)).toEqual(['exited', 'updated']);
  expect(actions(seen)).toEqual(['started', 'exited', 'updated']);
  await Promise.all([early.close(), late.close(), service.close()]);
});
