// Runs one task in this process, without sockets and child processes, with a clock that the test controls.

import { systemClock } from '../base/clock.js';
import { createDeferred, withDeadline } from '../base/deferred.js';
import { ContextdError, type ErrorReport } from '../base/errors.js';
import type { LogRecord } from '../base/logger.js';
import type { ServiceEventBody } from '../messages/service-event.js';
import {
  defineService,
  isServiceDefinition,
  type ServiceDefinition,
  type TaskClass,
} from '../task/service.js';
import type { TaskIdentity } from '../task/task.js';
import type { SentEvent } from './compose-event.js';
import { EventLog, toTestEvent, type TestEvent } from './event-log.js';
import { ManualClock } from './manual-clock.js';
import { TaskHost } from './task-host.js';

/** How long a task may take to end when it is stopped, in real milliseconds. */
const STOP_LIMIT_MS = 10_000;

export interface RunTaskOptions {
  /** `<configuration>` as in the context file; numbers and booleans become text, as they are there. */
  readonly configuration?: Readonly<Record<string, unknown>>;
  /** Controls `this.pause`: a new ManualClock when left out; `'real'` for the clock of the system. */
  readonly clock?: ManualClock | 'real';
  readonly identity?: Partial<TaskIdentity>;
}

export interface WaitOptions {
  /** How long to wait, in real milliseconds; 10 000 when left out. */
  readonly limitMs?: number;
}

/** A task that runs in this process. */
export interface RunningTask extends AsyncDisposable {
  readonly identity: TaskIdentity;
  /** All events that the task has reported so far, in order; the first is `created`. */
  readonly events: readonly TestEvent[];
  /** All records that the task has written with `this.log`. */
  readonly logs: readonly LogRecord[];
  /** The error that the task failed with, as it is in messages; undefined while it has not failed. */
  readonly failure: ErrorReport | undefined;
  /** Resolves with the final event; rejects only if the task cannot be ended. */
  readonly ended: Promise<TestEvent>;
  /**
   * Resolves with the next event of this action: the first call with the first one, the second call with the second one,
   * whether it has been reported already or not. Throws TST_EVENT_MISSING, which lists the events that were reported.
   */
  next(action: TestEvent['action'], options?: WaitOptions): Promise<TestEvent>;
  /** Advances the clock by `durationMs` milliseconds; resolves when the task has done what was due. */
  advance(durationMs: number): Promise<void>;
  /** Sends the event of another service of the same transaction to `onEvent`. */
  send(event: SentEvent): void;
  /** Fails the task as an uncaught error does, such as one in a timer. */
  crash(error: unknown): Promise<TestEvent>;
  /** Stops the task as a stop command does; resolves with the final event. Throws TST_NOT_ENDED after 10 seconds. */
  stop(): Promise<TestEvent>;
}

/**
 * Runs a task without sockets and child processes. Checks its configuration and creates it; resolves when it has started,
 * has ended, or waits in `this.pause`.
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
  readonly logs: LogRecord[] = [];
  readonly ended: Promise<TestEvent>;
  readonly begun: Promise<unknown>;
  readonly #log = new EventLog();
  /** Undefined for the clock of the system. */
  readonly #clock: ManualClock | undefined;
  readonly #host: TaskHost;
  readonly #started = createDeferred<void>();

  constructor(service: ServiceDefinition, options: RunTaskOptions) {
    const { configuration = {}, clock = new ManualClock(), identity = {} } = options;
    this.#clock = clock === 'real' ? undefined : clock;
    this.#host = new TaskHost({
      ...{ service, configuration, identity },
      clock: this.#clock ?? systemClock,
      onEvent: (event) => this.#onEvent(event),
      onLog: (record) => this.logs.push(record),
    });
    this.ended = this.#run();
    this.begun = Promise.race([
      this.#started.promise,
      this.ended,
      this.#clock?.wanted() ?? this.#started.promise,
    ]);
  }

  get identity(): TaskIdentity {
    return this.#host.identity;
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
    if (this.#clock === undefined) throw new TypeError("advance: the task runs with the clock 'real'");
    await this.#clock.pass(durationMs);
  }

  send(event: SentEvent): void {
    this.#host.send(event);
  }

  crash(error: unknown): Promise<TestEvent> {
    this.#host.crash(error);
    return this.ended;
  }

  stop(): Promise<TestEvent> {
    this.#host.stop();
    const notEnded = () =>
      new ContextdError(
        'TST_NOT_ENDED',
        `${this.identity.serviceId} has not ended within ${STOP_LIMIT_MS} ms`,
        { hint: 'pass this.signal to everything that the task waits for' },
      );
    return withDeadline(this.ended, STOP_LIMIT_MS, notEnded, systemClock);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(): Promise<TestEvent> {
    await this.#host.run();
    this.#log.close(() => 'the task has ended');
    const last = this.events.at(-1);
    if (last === undefined) throw new ContextdError('INTERNAL', 'the task has ended without an event');
    return last;
  }

  #onEvent(event: ServiceEventBody): void {
    this.#log.note(toTestEvent(event));
    if (event.header.action === 'started') this.#started.resolve();
  }

  #describeWait(): string | undefined {
    const [shortest] = this.#clock?.waiting ?? [];
    if (shortest === undefined) return undefined;
    return `the task pauses for another ${shortest} ms: let them pass with advance(${shortest})`;
  }
}
