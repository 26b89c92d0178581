// Runs a whole context in a test: a provider on free ports, real processes, a folder that is removed at the end.

import { readFile } from 'node:fs/promises';
import type { Client, CommandAnswer } from '../client/client.js';
import { logsReplySchema } from '../messages/logs.js';
import type { Notice } from '../messages/notice.js';
import type { Provider } from '../provider/provider.js';
import { composeEvent, type SentEvent } from './compose-event.js';
import type { ContextSource } from './context-file.js';
import type { TestEvent } from './event-log.js';
import type { ManualClock } from './manual-clock.js';
import { openHarness, type Harness } from './open-harness.js';
import type { WaitOptions } from './run-task.js';

export interface OpenContextOptions extends ContextSource {
  /** Controls the waits of the provider: back-offs, start and stop timeouts. The clock of the system when left out. */
  readonly clock?: ManualClock;
  /** The id of the transaction that `start` starts; 'TEST' when left out. */
  readonly transaction?: string;
}

/** A context that runs in a test. */
export class TestContext implements AsyncDisposable {
  readonly provider: Provider;
  /** Is connected to the provider: for all commands and queries without a method here. */
  readonly client: Client;
  readonly transaction: string;
  readonly #harness: Harness;

  constructor(harness: Harness, transaction: string) {
    this.provider = harness.provider;
    this.client = harness.client;
    this.transaction = transaction;
    this.#harness = harness;
  }

  /** All events that services have reported so far, in the order of the bus. */
  get events(): readonly TestEvent[] {
    return this.#harness.log.items;
  }

  /** The notices of the provider, as its console shows them: commands, answers, events, transitions, warnings. */
  get notices(): readonly Notice[] {
    return this.#harness.notices;
  }

  /** Starts the transaction, or one service; resolves with the result for each service, which may be a failure. */
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
   * Resolves with the next event of this service and action: the first call with the first one, the second call with the
   * second one, whether it has been reported already or not. Throws TST_EVENT_MISSING, which lists the reported events.
   */
  event(serviceId: string, action: TestEvent['action'], { limitMs }: WaitOptions = {}): Promise<TestEvent> {
    const fits = (event: TestEvent) => event.serviceId === serviceId && event.action === action;
    return this.#harness.log.next({ text: `${serviceId} ${action}`, fits }, limitMs);
  }

  /** Returns the pid of a service, as it reported last. Throws TypeError if it has reported none. */
  pidOf(serviceId: string): number {
    const pid = this.events.findLast((event) => event.serviceId === serviceId)?.status.pid;
    if (typeof pid === 'number') return pid;
    throw new TypeError(`${serviceId} has reported no pid; await its event 'started' first`);
  }

  /** Sends a signal to the process of a service: SIGKILL ends it, SIGSTOP freezes it. */
  kill(serviceId: string, signal: NodeJS.Signals = 'SIGKILL'): void {
    process.kill(this.pidOf(serviceId), signal);
  }

  /** Publishes an event as a service does; resolves when the bus has delivered it to the provider and all tasks. */
  async send(event: SentEvent): Promise<void> {
    await this.#harness.connection.publish('control', composeEvent(event, this));
    await this.#harness.connection.flush();
  }

  /** Returns the log of a service so far. */
  async log(serviceId: string): Promise<string> {
    const answer = await this.client.request(this.transaction, { action: 'logs', serviceId });
    const { files } = logsReplySchema.parse(answer);
    return (await Promise.all(files.map((path) => readFile(path, 'utf8')))).join('');
  }

  /** Stops all services and the provider, and removes their files. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#harness.close();
  }

  #command(action: string, serviceId: string): Promise<CommandAnswer> {
    return this.client.command({ action, serviceId, transaction: this.transaction });
  }
}

/**
 * Opens the context of a file, or a context of the given services, with a provider in this process. It has free ports and
 * a state folder of its own, so that it does not affect another provider, even one of the same file. Throws what reading
 * the file throws.
 *
 * @example
 * await using context = await openContext({ file: 'conf/Context-EchoAction.xml', configuration: { ts_100: { count_s: 0.1 } } });
 * await context.start();
 * const { items } = await context.event('ts_100', 'updated');
 * context.kill('ts_100');
 * await context.event('ts_100', 'failed');
 */
export async function openContext(options: OpenContextOptions): Promise<TestContext> {
  const { transaction = 'TEST' } = options;
  return new TestContext(await openHarness(options), transaction);
}
