// Runs a whole context in a test: a real provider on free ports, real processes, a folder that is removed at the end.

import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Closers } from '../base/closers.js';
import { Connection } from '../bus/connection.js';
import { Client, type CommandAnswer } from '../client/client.js';
import { follow, type BusEvent } from '../client/follow.js';
import { logsReplySchema } from '../messages/logs.js';
import type { ContextFile } from '../model/read/read-context.js';
import type { Notice } from '../messages/notice.js';
import { Provider } from '../provider/provider.js';
import { composeEvent, type SentEvent } from './compose-event.js';
import { readSource, type ContextSource } from './context-file.js';
import { EventLog, toTestEvent, type TestEvent } from './event-log.js';
import type { ManualClock } from './manual-clock.js';
import type { WaitOptions } from './run-task.js';

export interface OpenContextOptions extends ContextSource {
  /** Drives the provider's waiting: back-offs, start and stop timeouts. The system's when left out. */
  readonly clock?: ManualClock;
  /** The id of the transaction that `start` starts ('TEST'). */
  readonly transaction?: string;
}

/** What is there from the beginning. */
interface Stage {
  readonly file: ContextFile;
  readonly provider: Provider;
  readonly client: Client;
  /** Speaks as other services would. */
  readonly voice: Connection;
  readonly log: EventLog;
  readonly notices: readonly Notice[];
  readonly transaction: string;
  readonly closers: Closers;
}

/** A context that runs in a test. */
export class TestContext implements AsyncDisposable {
  readonly provider: Provider;
  /** Connected to the provider; for every command and question that has no method here. */
  readonly client: Client;
  readonly transaction: string;
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.provider = stage.provider;
    this.client = stage.client;
    this.transaction = stage.transaction;
    this.#stage = stage;
  }

  /** Everything that services reported so far, in the order of the bus. */
  get events(): readonly TestEvent[] {
    return this.#stage.log.items;
  }

  /** What the provider told, as its console shows it: commands, answers, events, transitions, warnings. */
  get notices(): readonly Notice[] {
    return this.#stage.notices;
  }

  /** Starts the transaction, or one service; the answer, which may be a failure, tells of each service. */
  start(serviceId = ''): Promise<CommandAnswer> {
    return this.#command('start', serviceId);
  }

  stop(serviceId = ''): Promise<CommandAnswer> {
    return this.#command('stop', serviceId);
  }

  restart(serviceId = ''): Promise<CommandAnswer> {
    return this.#command('restart', serviceId);
  }

  /**
   * The next event of this service and action: the first call gives the first one, the second call the second
   * one, whether they have come already or are still to come. Throws TST_EVENT_MISSING, which tells what came.
   */
  event(serviceId: string, action: TestEvent['action'], { limitMs }: WaitOptions = {}): Promise<TestEvent> {
    const fits = (event: TestEvent) => event.serviceId === serviceId && event.action === action;
    return this.#stage.log.next({ text: `${serviceId} ${action}`, fits }, limitMs);
  }

  /** The process of a service, as it reported last. Throws TypeError if it has reported none. */
  pidOf(serviceId: string): number {
    const pid = this.events.findLast((event) => event.serviceId === serviceId)?.status.pid;
    if (typeof pid === 'number') return pid;
    throw new TypeError(`${serviceId} has no process that is known; await its event 'started' first`);
  }

  /** Sends a signal to the process of a service: SIGKILL ends it, SIGSTOP freezes it. */
  kill(serviceId: string, signal: NodeJS.Signals = 'SIGKILL'): void {
    process.kill(this.pidOf(serviceId), signal);
  }

  /** Says on the bus what a service would: the provider and the tasks that listen hear it. */
  async send(event: SentEvent): Promise<void> {
    await this.#stage.voice.publish('control', composeEvent(event, this));
    await this.#stage.voice.roundTrip();
  }

  /** The whole log of a service so far. */
  async log(serviceId: string): Promise<string> {
    const answer = await this.client.request(this.transaction, { action: 'logs', serviceId });
    const { files } = logsReplySchema.parse(answer);
    return (await Promise.all(files.map((path) => readFile(path, 'utf8')))).join('');
  }

  /** Stops all services and the provider, and removes what they wrote. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stage.closers.close();
  }

  #command(action: string, serviceId: string): Promise<CommandAnswer> {
    return this.client.command({ action, serviceId, transaction: this.transaction });
  }
}

/**
 * Opens the context of a file, or one of a few services, with a provider in this process. Its ports are free
 * ones and its state lies in a folder of its own, so it disturbs no other provider, of the same file neither.
 * Throws what reading the file throws.
 *
 * @example
 * await using context = await openContext({ file: 'conf/Context-EchoAction.xml', configuration: { ts_100: { count_s: 0.1 } } });
 * await context.start();
 * const { items } = await context.event('ts_100', 'updated');
 * context.kill('ts_100');
 * await context.event('ts_100', 'failed');
 */
export async function openContext(options: OpenContextOptions): Promise<TestContext> {
  const closers = new Closers();
  try {
    return new TestContext(await openStage(options, closers));
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function openStage(options: OpenContextOptions, closers: Closers): Promise<Stage> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'contextd-testing-')));
  closers.add(() => rm(folder, { recursive: true, force: true }));
  const file = await readSource(options, folder);
  const notices: Notice[] = [];
  const provider = await Provider.open({
    file,
    stateFolder: join(folder, '.contextd'),
    notice: (notice) => notices.push(notice),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  closers.add(() => provider.close());
  const log = new EventLog();
  const follower = follow(provider.endpoints, ['control'], (sighting) => note(log, sighting));
  closers.add(() => follower.close());
  closers.add(() => log.close(() => 'the context was closed'));
  const voice = new Connection(provider.endpoints, [], () => undefined);
  closers.add(() => voice.close());
  await Promise.all([follower.ready, voice.ready()]);
  const client = await Client.connect(provider.endpoints);
  closers.add(() => client.close());
  const { transaction = 'TEST' } = options;
  return { file, provider, client, voice, log, notices, transaction, closers };
}

function note(log: EventLog, sighting: BusEvent): void {
  if (sighting.kind === 'message' && sighting.message.kind === 'service_event')
    log.note(toTestEvent(sighting.message));
}
