// Three services are started one by one, each restarted, then exit: the messages on the bus, in order.

import { expect, test } from 'vitest';
import { zmq } from '../../../src/bus/zmq.js';
import type { BusEndpoints } from '../../../src/bus/connection.js';
import { Client } from '../../../src/client/client.js';
import type { ContextConfiguration } from '../../../src/model/context.js';
import { fixtureServices, clientConfiguration, type ServiceSpec } from '../../helpers/context.js';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus, type BusObserver } from '../../helpers/bus-observer.js';
import { isRunning } from '../../helpers/processes.js';
import { openProvider } from '../../helpers/provider.js';

expectNoLeftovers();

const TRANSACTION = 'T1';
const services: readonly ServiceSpec[] = [
  { id: 'ts_100', instance: 'UpdatesOnce', name: 'wake_up', configuration: { device_action: 'wake' } },
  { id: 'ts_101', instance: 'Forever', name: 'check_emails', configuration: { device_action: 'check' } },
  { id: 'ts_102', instance: 'Ticks', name: 'drink_coffee', configuration: { device_action: 'drink' } },
];

/** Sends one command and waits for its reply. */
interface Sender extends AsyncDisposable {
  send(action: string, serviceId: string, configuration: ContextConfiguration | undefined): Promise<void>;
}

async function openClient(endpoints: BusEndpoints): Promise<Sender> {
  const client = await Client.connect(endpoints);
  return {
    send: async (action, serviceId, configuration) => {
      const { status } = await client.command({ action, serviceId, transaction: TRANSACTION, configuration });
      expect(status.result).toBe('success');
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** A PUB socket that sends messages without ids, as clients of the original do. */
async function openPublisher(endpoints: BusEndpoints, observer: BusObserver): Promise<Sender> {
  const socket = new zmq.Publisher({ linger: 1000 });
  socket.connect(endpoints.publish);
  const publish = async (action: string, serviceId: string, configuration: unknown) => {
    const header = {
      action,
      service_id: serviceId,
      service_name: 'context',
      service_transaction: TRANSACTION,
    };
    await socket.send(`context @@@ ${JSON.stringify({ header, content: { configuration } }, undefined, 4)}`);
  };
  const replies = (action: string) =>
    observer.seen.items.filter(
      (each) =>
        each.kind === 'message' &&
        each.message.kind === 'command_reply' &&
        each.message.header.action === action,
    );
  // A PUB socket cannot detect subscribers: it sends a harmless message until there is a reply.
  await eventually(async () => {
    await publish('list', '', {});
    return replies('reply_list').length > 0;
  }, 'the publisher is received');
  return {
    send: async (action, serviceId, configuration = {} as ContextConfiguration) => {
      const answer = `reply_${action}`;
      const before = replies(answer).length;
      await publish(action, serviceId, configuration);
      await observer.seen.waitFor(() => replies(answer).length > before);
      const { body } = replies(answer).at(-1)!;
      expect(body).toMatchObject({ content: { status: { result: 'success' } } });
    },
    [Symbol.asyncDispose]: () => {
      socket.close();
      return Promise.resolve();
    },
  };
}

interface Step {
  /** `control started ts_100` */
  readonly what: string;
  readonly service: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, never>>;
}

const SHOWN = ['start', 'restart', 'exit', 'stop', 'started', 'stopped'];

/** Commands and the events that they caused, in the order of the bus. */
function stepsOf({ seen }: BusObserver): readonly Step[] {
  return seen.items.flatMap((each): readonly Step[] => {
    if (each.kind !== 'message' || each.topic === 'state') return [];
    const { body, topic, message } = each;
    if (message.kind === 'monitor') return [];
    const header = message.kind === 'process_command' ? message.Task.message.header : message.header;
    const { action, service_id: service } = header as { action: string; service_id: string };
    if (message.kind === 'heartbeat' || !SHOWN.includes(action)) return [];
    return [{ what: `${topic} ${action} ${service}`, service, header, body: body as Step['body'] }];
  });
}

const openers = [
  ["a client of this package's", (endpoints: BusEndpoints) => openClient(endpoints)],
  ["a client as the original's", openPublisher],
] as const;

test.each(openers)('The bus shows each start, restart and end by %s.', async (_who, openSender) => {
  await using test = await openProvider([], {}, { serviceRoots: [fixtureServices] });
  await using observer = await observeBus(test.provider.endpoints);
  {
    await using sender = await openSender(test.provider.endpoints, observer);
    for (const each of services) await sender.send('start', each.id, clientConfiguration([each]));
    for (const each of services) await sender.send('restart', each.id, clientConfiguration([each]));
    await sender.send('exit', '', undefined);
  }
  await test.provider.closed;
  const steps = stepsOf(observer);
  const ids = services.map(({ id }) => id);
  const end = steps.findIndex(({ what }) => what === 'context exit ');
  expect(steps.slice(0, end).map(({ what }) => what)).toEqual([
    ...ids.flatMap((id) => [`context start ${id}`, `process start ${id}`, `control started ${id}`]),
    ...ids.flatMap((id) => [
      `context restart ${id}`,
      `process stop ${id}`,
      `control stopped ${id}`,
      `process start ${id}`,
      `control started ${id}`,
    ]),
  ]);
  // All services stop at the same time, so only the order within each service is certain.
  expect(steps.slice(end + 1)).toHaveLength(6);
  for (const id of ids) {
    const own = steps.slice(end + 1).filter(({ service }) => service === id);
    expect(own.map(({ what }) => what)).toEqual([`process stop ${id}`, `control stopped ${id}`]);
  }
  for (const each of services) expectFields(each, steps);
});

/** Checks the fields of header and status, and that the pid is that of the process at that time. */
function expectFields({ id, instance, name, configuration }: ServiceSpec, steps: readonly Step[]): void {
  const own = steps.filter(({ service }) => service === id);
  for (const { what, header, body } of own) {
    const [topic, action] = what.split(' ') as [string, string];
    if (topic === 'context') {
      expect(header).toMatchObject({ action, service_name: 'context', service_transaction: TRANSACTION });
    } else if (topic === 'process') {
      expect(header).toMatchObject({ action, service_id: id, service_name: name, transaction: TRANSACTION });
      expect(body).toMatchObject({ id, instance, Task: { message: { content: { configuration } } } });
    } else {
      expect(header).toMatchObject({
        action,
        service_id: id,
        service_name: name,
        service_transaction: TRANSACTION,
      });
      expect(body).toMatchObject({ content: { status: { result: 'success', ...configuration } } });
    }
  }
  const events = own.filter(({ what }) => what.startsWith('control'));
  const pids = events.map(({ body }) => (body as unknown as EventBody).content.status.pid);
  const [first, , second] = pids;
  expect(pids).toEqual([first, first, second, second]);
  expect(first).toEqual(expect.any(Number));
  expect(second).not.toBe(first);
  expect([first, second].some((pid) => isRunning(pid!))).toBe(false);
}

interface EventBody {
  readonly content: { readonly status: { readonly pid: number } };
}
