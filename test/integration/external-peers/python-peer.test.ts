// Peers written as the original system's, in Python: they start, stop and restart, and see what happens.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package.js';
import type { BusEndpoints } from '../../../src/bus/connection.js';
import { Publisher } from '../../../src/bus/publisher.js';
import type { ContextConfiguration } from '../../../src/model/context.js';
import { clientConfiguration } from '../../helpers/context.js';
import { openFolder } from '../../helpers/folder.js';
import { FILE, openHome } from '../../helpers/home.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { isRunning } from '../../helpers/processes.js';
import { spawnProgram, type Program } from '../../helpers/program.js';
import { openProvider } from '../../helpers/provider.js';
import { needs, tool } from '../../helpers/requirements.js';
import { writeContextFile } from '../../helpers/xml.js';

expectNoLeftovers();

const LAST = 'display';
const fixtures = join(packageRoot, 'test', 'fixtures', 'python');

interface Seen {
  readonly topic: string;
  readonly body: {
    readonly header: Readonly<Record<string, string>>;
    readonly content: { readonly status: Readonly<Record<string, unknown>> };
    readonly Task?: { readonly message: { readonly header: Readonly<Record<string, string>> } };
  };
}

interface Display extends AsyncDisposable {
  all(): readonly Seen[];
  /** Waits for the message number `count` that fits. */
  nth(count: number, fits: (seen: Seen) => boolean): Promise<Seen>;
}

/** A Python SUB socket on the subscribers' side, its subscriptions in effect. */
async function openDisplay(endpoints: BusEndpoints): Promise<Display> {
  const publisher = Publisher.connect(endpoints.publish);
  const program: Program = spawnProgram(
    tool('python3'),
    join(fixtures, 'original_display.py'),
    endpoints.subscribe,
    ...['control', 'process', 'state'],
    // No other client subscribes to this topic; once it arrives, the earlier subscriptions are in effect too.
    `${LAST} @@@`,
  );
  await publisher.waitForSubscriber(LAST);
  await publisher.close();
  const all = () => program.out.items.map((line) => JSON.parse(line) as Seen);
  return {
    all,
    nth: async (count, fits) => {
      await program.out.waitFor(() => all().filter(fits).length >= count);
      return all().filter(fits)[count - 1]!;
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** Runs the original's client to its end. */
async function send(endpoint: string, options: Readonly<Record<string, string>>): Promise<void> {
  const args = Object.entries({ endpoint, ...options }).map(([key, value]) => `--${key}=${value}`);
  await using program = spawnProgram(tool('python3'), join(fixtures, 'original_client.py'), ...args);
  expect(await program.ended, program.err.items.join('\n')).toEqual({ code: 0, signal: null });
}

const isEvent = (action: string, id: string) => (seen: Seen) =>
  seen.topic === 'control' && seen.body.header.action === action && seen.body.header.service_id === id;
const isReply = (action: string) => (seen: Seen) =>
  seen.topic === 'state' && seen.body.header.action === `reply_${action}`;

/** A provider that knows no service, and a context file that a client sends it. */
async function openStage(configuration: ContextConfiguration) {
  const folder = await openFolder();
  const file = await writeContextFile(folder.path, configuration);
  const services = configuration.TaskService.map((each) => ({ id: each.id, instance: each.instance }));
  const test = await openProvider(services);
  const display = await openDisplay(test.provider.endpoints);
  return {
    file,
    test,
    display,
    endpoint: test.provider.endpoints.publish,
    [Symbol.asyncDispose]: async () => {
      await display[Symbol.asyncDispose]();
      await test[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const one = clientConfiguration([{ id: 'ts_1', instance: 'Forever', name: 'sleeper' }]);
const two = clientConfiguration([
  { id: 'ts_1', instance: 'Forever', name: 'sleeper' },
  { id: 'ts_2', instance: 'Ticks', name: 'clock', configuration: { every_ms: '50' } },
]);

test.each([
  ['one service, which travels as an object', one],
  ['two services, which travel as a list', two],
])(
  'A Python client starts, restarts and stops a context of %s.',
  needs('python3-zmq'),
  async (_what, configuration) => {
    await using harness = await openStage(configuration);
    const { file, endpoint, display } = harness;
    const ids = configuration.TaskService.map(({ id }) => id);
    const command = (action: string) =>
      send(endpoint, { action, context_file: file, service_id: 'context001', transaction: 'T1' });
    const pids = async (count: number) =>
      Promise.all(
        ids.map(
          async (id) => (await display.nth(count, isEvent('started', id))).body.content.status.pid as number,
        ),
      );

    await command('start');
    const first = await pids(1);
    expect(first.every(isRunning)).toBe(true);
    await command('restart');
    const second = await pids(2);
    expect(first.some(isRunning)).toBe(false);
    expect(second.every(isRunning)).toBe(true);
    await command('stop');
    const { body } = await display.nth(1, isReply('stop'));
    expect(body.content.status).toMatchObject({ result: 'success' });
    expect(second.some(isRunning)).toBe(false);
    expect(body.header).not.toHaveProperty('in_reply_to');
  },
);

test(
  'A Python client runs what create_service wrote, whose location is relative.',
  needs('python3-zmq'),
  async () => {
    await using home = await openHome(['EchoAction', 'ts_100']);
    const publish = `tcp://127.0.0.1:${home.pubPort}`;
    await using provider = await home.startProvider();
    await using display = await openDisplay({ publish, subscribe: `tcp://127.0.0.1:${home.subPort}` });
    const whole = { context_file: join(home.path, FILE), service_id: 'context001', transaction: 'T1' };
    for (const action of ['start', 'restart', 'stop']) {
      await send(publish, { ...whole, action });
      const { body } = await display.nth(1, isReply(action));
      expect(body.content.status).toMatchObject({ result: 'success', services: [{ service_id: 'ts_100' }] });
    }
    await send(publish, { ...whole, action: 'exit' });
    expect(await provider.ended).toMatchObject({ exitCode: 0, stderr: '' });
  },
);

test(
  'A Python display sees control, process and state messages with the fields of the protocol.',
  needs('python3-zmq'),
  async () => {
    await using harness = await openStage(one);
    const { file, endpoint, display, test } = harness;
    await send(endpoint, {
      action: 'start',
      context_file: file,
      service_id: 'context001',
      transaction: 'T1',
    });
    await display.nth(1, isReply('start'));
    const client = await test.client();
    await client.request('T1');
    await client.command({ action: 'stop', transaction: 'T1' });

    const event = await display.nth(1, isEvent('started', 'ts_1'));
    expect(event.body.header).toMatchObject({ service_name: 'sleeper', service_transaction: 'T1', seq: 2 });
    expect(event.body.content.status).toMatchObject({ result: 'success', device_action: 'test_action' });
    const process = await display.nth(1, (seen) => seen.topic === 'process');
    expect(process.body.Task?.message.header).toMatchObject({
      action: 'start',
      service_id: 'ts_1',
      service_name: 'sleeper',
      transaction: 'T1',
    });
    const info = await display.nth(
      1,
      ({ topic, body }) =>
        topic === 'control' &&
        body.header.action === 'update' &&
        JSON.stringify(body).includes('"status":"started"'),
    );
    expect(info.body.header).toMatchObject({
      action: 'update',
      service_id: 'context001',
      service_name: 'context',
    });
    expect(info.body.content.status).toMatchObject({
      device_action: 'context_info',
      result: 'success',
      data: [{ T1: { contextId: 'context001', tasks: [{ service_id: 'ts_1', state: 'success' }] } }],
    });
    const reply = await display.nth(1, isReply('start'));
    expect(reply.body).toMatchObject({
      header: { service_id: 'context001', service_name: 'context', service_transaction: 'T1' },
      content: { status: { result: 'success', services: [{ service_id: 'ts_1', state: 'started' }] } },
    });
    const answer = await display.nth(1, isReply('context'));
    expect(answer.body).toMatchObject({
      header: { service_name: 'state' },
      content: { contextId: 'context001' },
    });
    await display.nth(1, isEvent('stopped', 'ts_1'));
  },
);

test(
  'A Python client commands one service, on topic context as on topic process.',
  needs('python3-zmq'),
  async () => {
    await using harness = await openStage(two);
    const { file, endpoint, display } = harness;
    const whole = { context_file: file, transaction: 'T1' };
    await send(endpoint, { ...whole, action: 'start', service_id: 'context001' });
    await display.nth(1, isEvent('started', 'ts_2'));
    await send(endpoint, { transaction: 'T1', action: 'stop', service_id: 'ts_1' });
    await display.nth(1, isEvent('stopped', 'ts_1'));
    await send(endpoint, { ...whole, action: 'start', service_id: 'ts_1', topic: 'process' });
    await display.nth(2, isEvent('started', 'ts_1'));
    await send(endpoint, { ...whole, action: 'restart', service_id: 'ts_1', topic: 'process' });
    await display.nth(3, isEvent('started', 'ts_1'));
    await send(endpoint, { ...whole, action: 'stop', service_id: 'ts_1', topic: 'process' });
    await display.nth(3, isEvent('stopped', 'ts_1'));
    expect(display.all().filter(isEvent('created', 'ts_2'))).toHaveLength(1);
  },
);

test(
  'A Python client gets an error with its reason, like any other client.',
  needs('python3-zmq'),
  async () => {
    await using harness = await openStage(one);
    const { file, endpoint, display } = harness;
    const whole = { context_file: file, service_id: 'context001', transaction: 'T1' };
    await send(endpoint, { ...whole, action: 'start' });
    await display.nth(1, isReply('start'));
    await send(endpoint, { ...whole, action: 'start' });
    const { body } = await display.nth(2, isReply('start'));
    expect(body.content.status).toMatchObject({ result: 'failure', error: { code: 'SVC_ALREADY_STARTED' } });
  },
);

test('A Python client ends the provider.', needs('python3-zmq'), async () => {
  await using harness = await openStage(one);
  const { file, endpoint, display, test } = harness;
  await send(endpoint, { action: 'start', context_file: file, service_id: 'context001', transaction: 'T1' });
  const { body } = await display.nth(1, isEvent('started', 'ts_1'));
  await send(endpoint, { action: 'exit', service_id: 'context001' });
  await test.provider.closed;
  expect(isRunning(body.content.status.pid as number)).toBe(false);
});
