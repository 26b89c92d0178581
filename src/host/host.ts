// The host: connects one task service to the bus and runs its task there, once.

import { systemClock, type Clock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';
import { asContextdError, ContextdError, reportError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { throttledWarning } from '../base/throttled-log.js';
import type { HostBootstrap } from '../messages/host-bootstrap.js';
import { routedTopic } from '../messages/topics.js';
import { Lifecycle, type TaskEnd } from '../task/lifecycle.js';
import type { ServiceDefinition } from '../task/service.js';
import type { EventItems, TaskEndpoints } from '../task/task.js';
import { readHostCommand, type HostCommand } from './commands.js';
import type { ConnectBus, HostBus } from './host-bus.js';
import { loadService } from './load-service.js';
import { locateError } from './locate-error.js';
import type { LogFile } from '../base/log-file.js';
import { ALWAYS_PRESENT, type ProviderPresence } from './orphan-watchdog.js';
import { Reporter } from './reporter.js';
import type { ThreadIdentity } from './thread-identity.js';

/** How long a host waits to be told that its last event has arrived. */
const ACKNOWLEDGE_MS = 1000;

/** Everything a host can do without. */
export interface HostOptions {
  /** Whether there is a provider; there always is one when left out. */
  readonly presence?: () => ProviderPresence;
  /** The service, instead of the module that the bootstrap names. */
  readonly load?: () => Promise<ServiceDefinition>;
  /** For the task's own sockets; those of the bootstrap when left out. */
  readonly endpoints?: TaskEndpoints;
  /** In which it runs; the main thread when left out. */
  readonly thread?: ThreadIdentity;
  /** Drives the task's pauses. */
  readonly clock?: Clock;
}

type StartCommand = Extract<HostCommand, { kind: 'start' }>;

/** How long onStop may take after an error that nothing caught: any fault ends a process within two seconds. */
const MAX_CLEAN_UP_MS = 1500;

/**
 *   connect -> `created` -> (process start) -> onStart -> `started` -> work -> `stopped` | `exited` | `failed`
 *           -> (acknowledge) -> end of the process
 */
export class Host {
  readonly log: Logger;
  readonly #warnOfFrame: (message: string) => void;
  readonly #bootstrap: HostBootstrap;
  readonly #connection: HostBus;
  readonly #reporter: Reporter;
  readonly #options: HostOptions;
  readonly #started = createDeferred<StartCommand>();
  readonly #crashed = createDeferred<never>();
  readonly #stopped = createDeferred<'stop'>();
  readonly #acknowledged = new Map<number, () => void>();
  #lifecycle: Lifecycle | undefined;
  #hasEnded = false;

  constructor(
    bootstrap: HostBootstrap,
    connect: ConnectBus,
    logFile: Pick<LogFile, 'log' | 'loss'>,
    options: HostOptions = {},
  ) {
    this.#bootstrap = bootstrap;
    this.#options = options;
    this.log = logFile.log;
    this.#warnOfFrame = throttledWarning(this.log);
    const topics = [routedTopic(bootstrap.transaction, bootstrap.serviceId)];
    this.#connection = connect(topics, (frame) => this.#receive(frame));
    this.#reporter = new Reporter(bootstrap, this.#connection, () => logFile.loss, options.thread);
  }

  /** Runs the service to its end and returns the exit code of the process. */
  async run(): Promise<number> {
    this.#reporter.report('created');
    const { load = () => loadService(this.#bootstrap) } = this.#options;
    const loading = load();
    const end = await Promise.race([this.#runTask(loading), this.#crashed.promise]).catch(failedEnd);
    this.#hasEnded = true;
    await this.#sendFinalEvent(end);
    this.#reporter.close();
    await this.#connection.close();
    return end.kind === 'failed' ? 1 : 0;
  }

  /** Asks the task to end, as a `stop` command does. */
  stop(): void {
    this.#stopped.resolve('stop');
    this.#lifecycle?.stop();
  }

  /** The task threw where nobody could catch it. */
  crash(error: unknown): void {
    if (this.#lifecycle === undefined) this.#crashed.reject(asContextdError(error, 'SVC_TASK_FAILED'));
    else this.#lifecycle.crash(error);
  }

  async #runTask(loading: Promise<ServiceDefinition>): Promise<TaskEnd> {
    const definition = await loading;
    const command = await Promise.race([this.#started.promise, this.#stopped.promise]);
    if (command === 'stop') return { kind: 'stopped' };
    if (!definition.concerns(command.serviceName)) throw this.#wrongName(command.serviceName);
    if (definition.hearsEvents) this.#connection.subscribe('control');
    const lifecycle = this.#createLifecycle(command);
    this.#lifecycle = lifecycle;
    void this.#stopped.promise.then(() => lifecycle.stop());
    return await lifecycle.run(definition);
  }

  #createLifecycle(command: StartCommand): Lifecycle {
    const { serviceId, serviceName, instance, transaction, contextId } = this.#bootstrap;
    const { endpoints = this.#bootstrap.endpoints } = this.#options;
    return new Lifecycle({
      started: () => {
        // A task that threw in a callback may still be at work.
        if (!this.#hasEnded) this.#reporter.report('started');
      },
      clock: this.#options.clock,
      cleanUpLimitMs: Math.min(this.#bootstrap.stopTimeoutMs, MAX_CLEAN_UP_MS),
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

  #receive(frame: Uint8Array): void {
    try {
      const command = readHostCommand(frame, this.#bootstrap);
      if (command !== undefined) this.#handleCommand(command);
    } catch (error) {
      if (error instanceof ContextdError && error.code === 'MSG_FRAME_INVALID')
        this.#warnOfFrame(error.message);
      else this.crash(error);
    }
  }

  #handleCommand(command: HostCommand): void {
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
        this.#acknowledged.get(command.seq)?.();
        return;
      case 'event':
        this.#lifecycle?.hear(command.event);
        return;
    }
  }

  /**
   * Ends only when a provider has heard how it ended, so that no last word is lost: also the next provider,
   * if this one has gone and another comes within the grace.
   */
  async #sendFinalEvent(end: TaskEnd): Promise<void> {
    const { presence = () => ALWAYS_PRESENT } = this.#options;
    const heard = createDeferred<'heard'>();
    const seq = end.kind === 'failed' ? this.#reportFailure(end.error) : this.#reporter.reportEnd(end.kind);
    this.#acknowledged.set(seq, () => heard.resolve('heard'));
    for (;;) {
      await Promise.race([heard.promise, presence().settled()]);
      const wait = createDeferred<'late'>();
      const cancel = systemClock.after(ACKNOWLEDGE_MS, () => wait.resolve('late'));
      const outcome = await Promise.race([heard.promise, wait.promise]);
      cancel();
      if (outcome === 'heard') return;
      if (presence().isPresent || presence().isGraceOver) break;
    }
    this.log.warn('nobody acknowledged the last event');
  }

  #reportFailure(error: ContextdError): number {
    // How a program ended is told where the provider tells how a process did.
    const { exit_code: exitCode, signal, ...details } = error.details;
    const location = { ...locateError(error.cause), ...details };
    this.log.error(error.message, { code: error.code, ...location });
    if (error.cause instanceof Error) this.log.error(error.cause.stack ?? '');
    return this.#reporter.reportEnd('failed', {
      reason: 'error',
      ...(exitCode === undefined ? {} : { exit_code: exitCode }),
      ...(signal === undefined ? {} : { signal }),
      error: { ...reportError(error), ...location },
    });
  }

  #wrongName(serviceName: string): ContextdError {
    const { instance } = this.#bootstrap;
    return new ContextdError(
      'SVC_LOAD_FAILED',
      `Service${instance} is not concerned by messages to "${serviceName}"`,
      {
        hint: `make <service_name> in the context file and serviceName in Service${instance}.ts the same`,
      },
    );
  }
}

/**
 * As they are now, whatever the task does with them before they leave; what JSON cannot carry throws here, at
 * the line that says it, and not where it would take all later events with it.
 */
function copyAsJson(items: EventItems): EventItems {
  return JSON.parse(JSON.stringify(items)) as EventItems;
}

function failedEnd(error: unknown): TaskEnd {
  return { kind: 'failed', error: asContextdError(error, 'SVC_TASK_FAILED') };
}
