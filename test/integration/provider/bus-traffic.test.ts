// What a provider and its services say on the bus: routed commands, context information, answers.

import { expect, test } from 'vitest';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';
import { openRawReader } from '../../helpers/raw-reader.js';

expectNoLeftovers();

interface ProcessBody {
  readonly id: string;
  readonly Task: { readonly message: { readonly header: Readonly<Record<string, string>> } };
}

interface InfoTask {
  readonly service_id: string;
  readonly pid: number | null;
  readonly action: string;
  readonly state: string;
}
interface InfoBody {
  readonly header: Readonly<Record<string, string>>;
  readonly content: {
    readonly status: {
      readonly data: readonly Readonly<Record<string, { readonly tasks: readonly InfoTask[] }>>[];
    };
  };
}

const two = ['ts_1', 'ts_10'].map((id) => ({ id, instance: 'Forever' }));

test('A command for a service goes to its own topic, and as an equal copy to observers.', async () => {
  await using test = await openProvider(two);
  await using raw = await openRawReader(test.provider.endpoints, 'process');
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await client.command({ action: 'stop', transaction: 'T1' });
  await raw.settled();
  const routed = raw.seen.items.filter(({ topic }) => topic !== 'process');
  const copies = raw.seen.items.filter(({ topic }) => topic === 'process');
  for (const { topic, body } of routed) {
    const { id, Task } = body as ProcessBody;
    expect(topic).toBe(`process.T1.${id}`);
    expect(Task.message.header).toMatchObject({ service_id: id, service_name: 'test', transaction: 'T1' });
  }
  for (const { id } of two) {
    const own = routed
      .filter(({ topic }) => topic === `process.T1.${id}`)
      .map(({ body }) => body as ProcessBody);
    const commands = own.filter(({ Task }) => Task.message.header.action !== 'acknowledge');
    expect(commands.map(({ Task }) => Task.message.header.action)).toEqual(['start', 'stop']);
    expect(copies.map(({ body }) => body).filter((body) => (body as ProcessBody).id === id)).toEqual(
      commands,
    );
  }
});

test("A reader of one service's topic gets nothing that is meant for another.", async () => {
  await using test = await openProvider(two);
  await using raw = await openRawReader(test.provider.endpoints, 'process.T1.ts_1 @@@');
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await client.command({ action: 'start', transaction: 'T2' });
  await client.command({ action: 'stop', transaction: 'T1' });
  await raw.settled();
  const headers = raw.seen.items.map(({ body }) => (body as ProcessBody).Task.message.header);
  expect(headers.map(({ action }) => action)).toEqual(['start', 'stop', 'acknowledge']);
  expect(new Set(headers.map((each) => `${each.transaction} ${each.service_id}`))).toEqual(
    new Set(['T1 ts_1']),
  );
});

test('Another subscriber to the topic of a service does not keep it from starting.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  const starting = test.provider.execute('start', 'T1');
  await using raw = await openRawReader(test.provider.endpoints, 'process.T1.ts_1 @@@');
  expect((await starting).status.services).toMatchObject([{ state: 'started' }]);
  await raw.settled();
  expect(raw.seen.items.length).toBeGreaterThan(0);
});

test('Every event carries the fields of the protocol, numbered from 1.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever', name: 'sleeper' }]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const started = await client.command({ action: 'start', transaction: 'T1' });
  await client.command({ action: 'stop', transaction: 'T1' });
  const { pid } = started.status.services[0]!;
  for (const [index, action] of ['created', 'started', 'stopped'].entries()) {
    const { header, content } = await observer.waitForEvent('ts_1', action);
    expect(header).toMatchObject({
      action,
      service_id: 'ts_1',
      service_name: 'sleeper',
      service_transaction: 'T1',
      seq: index + 1,
    });
    expect(new Date(header.sent_at as string).toISOString()).toBe(header.sent_at);
    expect(content.status).toMatchObject({ result: 'success', device_action: 'test_action', pid });
  }
  const { header } = await observer.waitForEvent('ts_1', 'stopped');
  expect(header.cause).toEqual(expect.any(String));
});

test('After every change context information is published, and the last of it is true.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever', name: 'sleeper' }]);
  await using raw = await openRawReader(test.provider.endpoints, 'control @@@');
  const client = await test.client();
  const started = await client.command({ action: 'start', transaction: 'T1' });
  await client.command({ action: 'stop', transaction: 'T1' });
  await raw.settled();
  const infos = raw.seen.items
    .map(({ body }) => body as InfoBody)
    .filter(({ header }) => header.action === 'update');
  const { pid } = started.status.services[0]!;
  const stands = infos.map(({ content }) => content.status.data[0]!.T1!.tasks[0]!);
  const moves = stands.map((task) => `${task.action} ${task.state} ${task.pid === null ? '-' : 'pid'}`);
  expect(new Set(moves)).toContain('started success pid');
  expect(moves.at(-1)).toBe('stopped success -');
  expect(stands.find(({ action }) => action === 'started')?.pid).toBe(pid);
  for (const info of infos) {
    expect(info.header).toEqual({
      action: 'update',
      sender: expect.any(String) as string,
      service_id: 'context001',
      service_name: 'context',
      service_transaction: 'T1',
    });
    expect(info.content.status).toMatchObject({ device_action: 'context_info', result: 'success' });
    const { FrontEndEndpoint, BackendEndpoint, FrontBind, BackendBind } = test.file.configuration;
    expect(info.content.status.data).toMatchObject([
      {
        T1: {
          contextId: 'context001',
          contextName: 'context',
          contextLogName: 'Test',
          configuration: { FrontEndEndpoint, BackendEndpoint, FrontBind, BackendBind },
          tasks: [{ service_id: 'ts_1', serviceName: 'sleeper', instance: 'Forever', task: { id: 'ts_1' } }],
        },
      },
    ]);
  }
});

test("A request is answered as reply_context with the transaction's data; without an id with all of them.", async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  await using raw = await openRawReader(test.provider.endpoints, 'state @@@');
  const client = await test.client();
  const started = await client.command({ action: 'start', transaction: 'T1' });
  await client.command({ action: 'start', transaction: 'T2' });
  const { pid } = started.status.services[0]!;
  const task = { service_id: 'ts_1', pid, action: 'started', state: 'success', instance: 'Forever' };
  expect(await client.request('T1')).toMatchObject({ contextId: 'context001', tasks: [task] });
  expect(await client.request()).toMatchObject({ T1: { tasks: [task] }, T2: { contextId: 'context001' } });
  await raw.settled();
  const reply = raw.seen.items
    .map(({ body }) => body as InfoBody)
    .find(({ header }) => header.action === 'reply_context');
  expect(reply?.header).toMatchObject({ service_name: 'state', service_id: '', service_transaction: 'T1' });
});

test('Every answer names the command it answers.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
  await using raw = await openRawReader(test.provider.endpoints, 'state @@@');
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1', messageId: 'm1' });
  await client.command({ action: 'stop', transaction: 'T1', messageId: 'm2', serviceId: 'ts_1' });
  await raw.settled();
  expect(raw.seen.items.map(({ body }) => (body as InfoBody).header)).toMatchObject([
    { action: 'reply_start', in_reply_to: 'm1', service_name: 'context', service_transaction: 'T1' },
    { action: 'reply_stop', in_reply_to: 'm2', service_id: 'ts_1', service_transaction: 'T1' },
  ]);
});
