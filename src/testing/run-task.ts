// Runs one task in this process, in the very host that a child has, with a bus in memory and a clock of the test's.

import { systemClock } from '../base/clock.js';
import { createDeferred, withDeadline } from '../base/deferred.js';
import { ContextdError, type ErrorReport } from '../base/errors.js';
import { createLogger, type LogRecord } from '../base/logger.js';
import type { Envelope } from '../bus/envelope.js';
import type { HostBootstrap } from '../messages/host-bootstrap.js';
import { parseBody } from '../messages/message.js';
import type { ServiceEventBody } from '../messages/service-event.js';
import { Host } from '../host/host.js';
import {
  defineService,
  isServiceDefinition,
  type ServiceDefinition,
  type TaskClass,
} from '../task/service.js';
import type { TaskIdentity } from '../task/task.js';
import { composeEvent, type SentEvent } from './compose-event.js';
import { composeBootstrap, composeOrder, type Order } from './compose-host.js';
import { EventLog, toTestEvent, type TestEvent } from './event-log.js';
import { ManualClock } from './manual-clock.js';
import { MemoryBus } from './memory-bus.js';

/** How long a task may take, in real milliseconds, to end once it is asked to. */
const STOP_LIMIT_MS = 10_000;

export interface RunTaskOptions {
  /** `<configuration>` as in the context file; numbers and booleans become text, as they are there. */
  readonly configuration?: Readonly<Record<string, unknown>>;
  /** Drives `this.pause`: one of the test's own when left out; `'real'` for the system's. */
  readonly clock?: ManualClock | 'real';
  readonly identity?: Partial<TaskIdentity>;
}

export interface WaitOptions {
  /** How long to wait, in real milliseconds (10 000). */
  readonly limitMs?: number;
}

/** A task that runs in this process. */
export interface RunningTask extends AsyncDisposable {
  readonly identity: TaskIdentity;
  /** Everything it reported so far, in order, `created` first. */
  readonly events: readonly TestEvent[];
  /** What it wrote with `this.log`. */
  readonly logs: readonly LogRecord[];
  /** The error with which the task failed, as it travels in messages; undefined as long as it has not. */
  readonly failure: ErrorReport | undefined;
  /** Its last event; rejects only if the task cannot be ended. */
  readonly ended: Promise<TestEvent>;
  /**
   * The next event of this action: the first call gives the first one, the second call the second one,
   * whether they have come already or are still to come. Throws TST_EVENT_MISSING, which tells what came instead.
   */
  next(action: TestEvent['action'], options?: WaitOptions): Promise<TestEvent>;
  /** Lets so many milliseconds pass for `this.pause`; what the task does then is done when this resolves. */
  advance(durationMs: number): Promise<void>;
  /** An event of another service of the same transaction, for `onEvent`. */
  send(event: SentEvent): void;
  /** As if `error` had been thrown where nothing could catch it, such as in a timer. */
  crash(error: unknown): Promise<TestEvent>;
  /** Asks the task to end, as a stop command does, and gives its last event. Throws TST_NOT_ENDED. */
  stop(): Promise<TestEvent>;
}

/**
 * Runs a task without sockets and children: checks its configuration, builds it, and resolves when it has
 * started, has ended, or waits in `this.pause`.
 *
 * @example
 * await using task = await runTask(EchoShouting, { configuration: { count_s: 10 } });
 * await task.advance(10_000);
 * const { items } = await task.next('updated'); // { shout: 'IT IS 12:00:00!', counted_s: 10 }
 * await task.stop(); // { action: 'stopped', ... }
 */
export async function runTask<C>(
  subject: ServiceDefinition | TaskClass<C>,
  options: RunTaskOptions = {},
): Promise<RunningTask> {
  const task = new HostedTask(toService(subject), options);
  await task.begun;
  return task;
}

function toService<C>(subject: ServiceDefinition | TaskClass<C>): ServiceDefinition {
  return isServiceDefinition(subject) ? subject : defineService({ task: subject });
}

class HostedTask implements RunningTask {
  readonly identity: TaskIdentity;
  readonly logs: LogRecord[] = [];
  readonly ended: Promise<TestEvent>;
  readonly begun: Promise<unknown>;
  readonly #log = new EventLog();
  readonly #clock: ManualClock | undefined;
  readonly #host: Host;
  readonly #bootstrap: HostBootstrap;
  readonly #started = createDeferred<void>();
  readonly #configuration: Readonly<Record<string, unknown>>;
  #bus: MemoryBus | undefined;

  constructor(service: ServiceDefinition, options: RunTaskOptions) {
    const { configuration = {}, clock = new ManualClock(), identity = {} } = options;
    this.#configuration = configuration;
    this.#clock = clock === 'real' ? undefined : clock;
    this.#bootstrap = composeBootstrap(service, identity);
    const { serviceId, serviceName, instance, transaction, contextId } = this.#bootstrap;
    this.identity = { serviceId, serviceName, instance, transaction, contextId };
    const log = createLogger((record) => this.logs.push(record));
    this.#host = new Host(
      this.#bootstrap,
      (topics, handle) => {
        this.#bus = new MemoryBus(topics, handle, (said) => this.#hear(said));
        return this.#bus;
      },
      { log, loss: undefined },
      { load: () => Promise.resolve(service), clock: this.#clock ?? systemClock },
    );
    this.ended = this.#run();
    this.begun = Promise.race([
      this.#started.promise,
      this.ended,
      this.#clock?.wanted() ?? this.#started.promise,
    ]);
  }

  get events(): readonly TestEvent[] {
    return this.#log.items;
  }

  get failure(): ErrorReport | undefined {
    return this.events.findLast(({ action }) => action === 'failed')?.items.error as ErrorReport | undefined;
  }

  next(action: TestEvent['action'], { limitMs }: WaitOptions = {}): Promise<TestEvent> {
    const wanted = { text: action, fits: (event: TestEvent) => event.action === action };
    return this.#log.next(wanted, limitMs, () => this.#describeWait());
  }

  async advance(durationMs: number): Promise<void> {
    if (this.#clock === undefined) throw new TypeError("advance: the task was given the clock 'real'");
    await this.#clock.pass(durationMs);
  }

  send(event: SentEvent): void {
    this.#bus?.deliver({ topic: 'control', body: composeEvent(event, this.#bootstrap) });
  }

  crash(error: unknown): Promise<TestEvent> {
    this.#host.crash(error);
    return this.ended;
  }

  stop(): Promise<TestEvent> {
    this.#order({ action: 'stop' });
    const late = () =>
      new ContextdError(
        'TST_NOT_ENDED',
        `${this.identity.serviceId} has not ended within ${STOP_LIMIT_MS} ms`,
        {
          hint: 'pass this.signal on to whatever the task waits for',
        },
      );
    return withDeadline(this.ended, STOP_LIMIT_MS, late, systemClock);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(): Promise<TestEvent> {
    await this.#host.run();
    this.#log.close(() => 'the task has ended');
    const last = this.events.at(-1);
    if (last === undefined) throw new ContextdError('INTERNAL', 'the task has ended without a word');
    return last;
  }

  /** Does what a provider does: starts what was created, and acknowledges the last word. */
  #hear(said: Envelope): void {
    const event = this.#check(said);
    if (event === undefined) return;
    this.#log.note(toTestEvent(event));
    const { action, seq } = event.header;
    if (action === 'created') this.#order({ action: 'start', configuration: this.#configuration });
    if (action === 'started') this.#started.resolve();
    if (action === 'stopped' || action === 'exited' || action === 'failed')
      this.#order({ action: 'acknowledge', ...(seq === undefined ? {} : { acknowledges: seq }) });
  }

  /** What a provider would drop ends the task here, so that the test sees why. */
  #check({ topic, body }: Envelope): ServiceEventBody | undefined {
    try {
      const message = parseBody(topic, body);
      return message.kind === 'service_event' ? message : undefined;
    } catch (error) {
      this.#host.crash(error);
      return undefined;
    }
  }

  #order(order: Order): void {
    this.#bus?.deliver(composeOrder(order, this.#bootstrap));
  }

  #describeWait(): string | undefined {
    const [shortest] = this.#clock?.waiting ?? [];
    if (shortest === undefined) return undefined;
    return `the task pauses for another ${shortest} ms: let them pass with advance(${shortest})`;
  }
}
