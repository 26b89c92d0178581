// Programs that are services of the original's kind: they hear all commands, know theirs by name, and say what they like.

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

/** What a new reader of `prefix` is told on the plain topic, as `action name transaction`. */
async function toldTo(test: TestProvider, prefix: string): Promise<readonly string[]> {
  await using reader = await openRawReader(test.provider.endpoints, prefix);
  // The provider has answered its subscription before it answers this.
  await (await test.client()).request('T1');
  await reader.settled();
  return reader.seen.items
    .filter(({ topic }) => topic === 'process')
    .map(({ body }) => (body as Command).Task.message.header)
    .map((header) => `${header.action} ${header.service_name} ${header.transaction}`);
}

/** A new reader is told to start, once and nothing else. */
async function isTold(test: TestProvider, prefix: string): Promise<void> {
  const told = await eventually(async () => {
    const all = await toldTo(test, prefix);
    return all.length === 0 ? undefined : all;
  }, 'it is told');
  expect(told).toEqual(['start old T1']);
}

test.each([
  ['everything', '', 'started'],
  ['process', 'process', 'started'],
  ['everything', '', 'heartbeat'],
])(
  'A program that subscribes to %s late (%j, ready %s) is told to start, each time until it obeys.',
  async (_what, prefix, ready) => {
    await using test = await openProvider([shellService('ts_1', SLEEP, { ready }, NAMED)]);
    await using observer = await observeBus(test.provider.endpoints);
    const client = await test.client();
    const starting = client.command({ action: 'start', transaction: 'T1' });
    if (ready === 'started') await starting;
    await isTold(test, prefix);
    await isTold(test, prefix);

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
    expect(await toldTo(test, prefix)).toEqual([]);
    await client.command({ action: 'stop', transaction: 'T1' });
    await starting;
  },
);

test('Nobody is told again who names the topic exactly, nor for services with code of their own or that do not run.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Forever', name: 'own' },
    shellService('ts_2', SLEEP, {}, { name: 'waits', entry: 'on_exit' }),
    shellService('ts_3', SLEEP, {}, NAMED),
  ]);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  expect(await toldTo(test, 'process @@@')).toEqual([]);
  await isTold(test, 'process');
  await client.command({ action: 'stop', transaction: 'T1' });
  expect(await toldTo(test, 'process')).toEqual([]);
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

test('A last event that is said again is shown once, and to a reader that has not seen it.', async () => {
  await using test = await openProvider([]);
  const { endpoints } = test.provider;
  const service = new Connection(endpoints, [], () => undefined);
  const say = (seq: number, action: string, repetition?: boolean) =>
    service.publish('control', {
      header: { action, service_id: 'ts_9', service_transaction: 'T9', seq, sender: service.id, repetition },
      content: { status: { result: 'success', device_action: '' } },
    });
  const seen: BusEvent[] = [];
  const early = follow(endpoints, ['control'], (event) => seen.push(event));
  await early.ready;
  await service.publisher.waitForSubscriber('control');
  await say(1, 'started');
  await say(2, 'exited');
  const seenLate: BusEvent[] = [];
  const late = follow(endpoints, ['control'], (event) => seenLate.push(event));
  await late.ready;
  await say(2, 'exited', true);
  await say(2, 'exited', true);
  await say(3, 'updated');
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
