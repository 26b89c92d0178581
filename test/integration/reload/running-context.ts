// A context that runs as transaction T1, to be reloaded, and its observable state.

import type { Client, CommandAnswer, CommandRequest } from '../../../src/client/client.js';
import type { TaskInfo, TransactionInfo } from '../../../src/messages/context-info.js';
import { describeRecord } from '../../../src/messages/history.js';
import { clientConfiguration, type ServiceSpec } from '../../helpers/context.js';
import { observeBus, type BusObserver } from '../../helpers/bus-observer.js';
import { openProvider, type TestProvider } from '../../helpers/provider.js';

export interface RunningContext extends AsyncDisposable {
  readonly test: TestProvider;
  readonly client: Client;
  readonly observer: BusObserver;
  /** The reply to `start`. */
  readonly started: CommandAnswer;
  reload(services: readonly ServiceSpec[], more?: Partial<CommandRequest>): Promise<CommandAnswer>;
  tasks(): Promise<readonly TaskInfo[]>;
  /** `{ ts_1: 4711, ts_2: null }` */
  pids(): Promise<Readonly<Record<string, number | null>>>;
  /** The events of one service, in order. */
  eventsOf(id: string): readonly string[];
  /** The executed transitions, such as `ts_1 on_exit: start ts_2`. */
  transitions(): readonly string[];
}

export async function openRunning(services: readonly ServiceSpec[]): Promise<RunningContext> {
  const test = await openProvider(services);
  const observer = await observeBus(test.provider.endpoints);
  const client = await test.client({ answerTimeoutMs: 150_000 });
  const configuration = clientConfiguration(services);
  const started = await client.command({ action: 'start', transaction: 'T1', configuration });
  const tasks = async () => ((await client.request('T1')) as TransactionInfo).tasks;
  return {
    test,
    client,
    observer,
    started,
    tasks,
    reload: (next, more = {}) =>
      client.command({
        action: 'reload',
        transaction: 'T1',
        configuration: clientConfiguration(next),
        ...more,
      }),
    pids: async () =>
      Object.fromEntries((await tasks()).map(({ service_id: service, pid }) => [service, pid])),
    eventsOf: (id) =>
      observer.events().flatMap((event) => (event.endsWith(` ${id}`) ? [event.split(' ')[0]!] : [])),
    transitions: () =>
      test.notices.items.flatMap((each) =>
        each.kind === 'transition' ? [`${each.service} ${describeRecord(each)}`] : [],
      ),
    [Symbol.asyncDispose]: async () => {
      await observer[Symbol.asyncDispose]();
      await test[Symbol.asyncDispose]();
    },
  };
}
