// Runs one task once, on the bus of its host.

import { createDeferred } from '../base/deferred.js';
import { asContextdError, ContextdError } from '../base/errors.js';
import type { LogFile } from '../base/log-file.js';
import type { Logger } from '../base/logger.js';
import { ThrottledLog } from '../base/throttled-log.js';
import type { RunBootstrap } from '../messages/host-bootstrap.js';
import { Lifecycle, type TaskEnd } from '../task/lifecycle.js';
import type { ServiceDefinition } from '../task/service.js';
import type { EventItems } from '../task/task.js';
import { commandTopic, readTaskMessage, type TaskMessage } from './task-messages.js';
import { FinalEvent } from './final-event.js';
import type { HostBus } from './host-bus.js';
import { loadService } from './load-service.js';
import { Reporter } from './reporter.js';
import type { TaskRunnerOptions } from './task-runner-options.js';

type StartCommand = Extract<TaskMessage, { kind: 'start' }>;

/** The longest time for onStop after an uncaught error, in milliseconds: a fault ends a process within two seconds. */
const MAX_CLEAN_UP_MS = 1500;

/**
 *   connect -> `created` -> (process start) -> onStart -> `started` -> work -> `stopped` | `exited` | `failed`
 *           -> (acknowledge) -> end of the process
 */
export class TaskRunner {
  readonly log: Logger;
  readonly #droppedFrames: ThrottledLog;
  readonly #bootstrap: RunBootstrap;
  readonly #bus: HostBus;
  readonly #reporter: Reporter;
  readonly #finalEvent: FinalEvent;
  readonly #options: TaskRunnerOptions;
  readonly #started = createDeferred<StartCommand>();
  readonly #crashed = createDeferred<never>();
  readonly #stopped = createDeferred<'stop'>();
  #lifecycle: Lifecycle | undefined;
  #hasEnded = false;

  constructor(
    bootstrap: RunBootstrap,
    bus: HostBus,
    logFile: Pick<LogFile, 'log' | 'loss'>,
    options: TaskRunnerOptions,
  ) {
    this.#bootstrap = bootstrap;
    this.#options = options;
    this.#bus = bus;
    this.log = logFile.log;
    this.#droppedFrames = new ThrottledLog(
      (line, count) => this.log.warn(line, { so_far: count }),
      options.clock,
    );
    this.#read(commandTopic(bootstrap));
    this.#reporter = new Reporter(bootstrap, bus, () => logFile.loss, options.thread);
    const { presence } = options;
    this.#finalEvent = new FinalEvent({ reporter: this.#reporter, log: this.log, presence });
  }

  /** Runs the service to its end and returns its exit code. */
  async run(): Promise<number> {
    this.#reporter.report('created');
    const { load = () => loadService(this.#bootstrap) } = this.#options;
    const loading = load();
    const end = await Promise.race([this.#runTask(loading), this.#crashed.promise]).catch(failedEnd);
    this.#hasEnded = true;
    await this.#finalEvent.send(end);
    this.#reporter.close();
    return end.kind === 'failed' ? 1 : 0;
  }

  /** Asks the task to end, as a `stop` command does. */
  stop(): void {
    this.#stopped.resolve('stop');
    this.#lifecycle?.stop();
  }

  /** Ends the run after an error that the task has not caught. */
  crash(error: unknown): void {
    if (this.#lifecycle === undefined) this.#crashed.reject(asContextdError(error, 'SVC_TASK_FAILED'));
    else this.#lifecycle.crash(error);
  }

  async #runTask(loading: Promise<ServiceDefinition>): Promise<TaskEnd> {
    const definition = await loading;
    const command = await Promise.race([this.#started.promise, this.#stopped.promise]);
    if (command === 'stop') return { kind: 'stopped' };
    if (!definition.concerns(command.serviceName)) throw this.#wrongName(command.serviceName);
    if (definition.hearsEvents) this.#read('control');
    const lifecycle = this.#createLifecycle(command);
    this.#lifecycle = lifecycle;
    void this.#stopped.promise.then(() => lifecycle.stop());
    return await lifecycle.run(definition);
  }

  #createLifecycle(command: StartCommand): Lifecycle {
    const { serviceId, serviceName, instance, transaction, contextId } = this.#bootstrap;
    const { clock, endpoints } = this.#options;
    return new Lifecycle({
      started: () => {
        // A task that threw in a callback may still be running.
        if (!this.#hasEnded) this.#reporter.report('started');
      },
      clock,
      cleanUpTimeoutMs: Math.min(this.#bootstrap.stopTimeoutMs, MAX_CLEAN_UP_MS),
      context: {
        identity: { serviceId, serviceName, instance, transaction, contextId },
        endpoints,
        configuration: command.configuration,
        log: this.log,
        notify: (action, items) => void this.#reporter.report(action, copyAsJson(items)),
        flush: () => this.#reporter.flush(),
      },
    });
  }

  #read(topic: string): void {
    this.#bus.subscribe(topic, (frame) => this.#receive(frame));
  }

  #receive(frame: Uint8Array): void {
    try {
      const command = readTaskMessage(frame, this.#bootstrap);
      if (command !== undefined) this.#handleCommand(command);
    } catch (error) {
      if (error instanceof ContextdError && error.code === 'MSG_FRAME_INVALID')
        this.#droppedFrames.record(error.code, error.message);
      else this.crash(error);
    }
  }

  #handleCommand(command: TaskMessage): void {
    switch (command.kind) {
      case 'start':
        this.#reporter.cause = command.messageId;
        this.#started.resolve(command);
        return;
      case 'stop':
        this.#reporter.cause = command.messageId;
        this.stop();
        return;
      case 'acknowledge':
        this.#finalEvent.acknowledge(command.seq);
        return;
      case 'event':
        this.#lifecycle?.onEvent(command.event);
        return;
    }
  }

  #wrongName(serviceName: string): ContextdError {
    const { instance } = this.#bootstrap;
    return new ContextdError(
      'SVC_LOAD_FAILED',
      `Service${instance} does not accept the service name "${serviceName}"`,
      {
        hint: `use the same name in <service_name> of the context file and in serviceName of Service${instance}.ts`,
      },
    );
  }
}

/**
 * Copies the items as they are now, because the task may change them before they are sent. Throws for values that JSON
 * cannot represent, at the call of `notify` and not later when the event is sent.
 */
function copyAsJson(items: EventItems): EventItems {
  return JSON.parse(JSON.stringify(items)) as EventItems;
}

function failedEnd(error: unknown): TaskEnd {
  return { kind: 'failed', error: asContextdError(error, 'SVC_TASK_FAILED') };
}
