// The host: connects one task service to the bus and runs its task there, once.

import { systemClock } from '../../base/clock.js';
import { createDeferred, withDeadline } from '../../base/deferred.js';
import { asContextdError, ContextdError, reportError } from '../../base/errors.js';
import { createLogger, formatRecord, type Logger } from '../../base/logger.js';
import { Connection } from '../../bus/connection.js';
import type { HostBootstrap } from '../../messages/host-bootstrap.js';
import { routedTopic } from '../../messages/topics.js';
import { Lifecycle, type TaskEnd } from '../lifecycle.js';
import type { ServiceDefinition } from '../service.js';
import { readHostCommand, type HostCommand } from './commands.js';
import { loadService } from './load-service.js';
import { locateError } from './locate-error.js';
import { ProviderWatch } from './provider-watch.js';
import { Reporter } from './reporter.js';

/** How long a host waits to be told that its last event has arrived. */
const FAREWELL_MS = 1000;

type StartCommand = Extract<HostCommand, { kind: 'start' }>;

/**
 *   connect -> `created` -> (process start) -> onStart -> `started` -> work -> `stopped` | `exited` | `failed`
 *           -> (acknowledge) -> end of the process
 */
export class Host {
  readonly log: Logger = createLogger((record) => process.stdout.write(`${formatRecord(record)}\n`));
  readonly #bootstrap: HostBootstrap;
  readonly #connection: Connection;
  readonly #reporter: Reporter;
  readonly #started = createDeferred<StartCommand>();
  readonly #crashed = createDeferred<never>();
  readonly #stopped = createDeferred<'stop'>();
  readonly #acknowledged = new Map<number, () => void>();
  #lifecycle: Lifecycle | undefined;

  /** `kill` ends the process at once; for a task that goes on although it was asked to end. */
  constructor(bootstrap: HostBootstrap, kill: () => void) {
    this.#bootstrap = bootstrap;
    const topics = [routedTopic(bootstrap.transaction, bootstrap.serviceId)];
    this.#connection = new Connection(bootstrap.endpoints, topics, (frame) => this.#receive(frame));
    this.#watchProvider(kill);
    this.#reporter = new Reporter(bootstrap, this.#connection);
  }

  /** Runs the service to its end and returns the exit code of the process. */
  async run(): Promise<number> {
    this.#reporter.report('created');
    const loading = loadService(this.#bootstrap.module, this.#bootstrap.instance);
    const end = await Promise.race([this.#live(loading), this.#crashed.promise]).catch(failedEnd);
    await this.#sayFarewell(end);
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
    this.#crashed.reject(asContextdError(error, 'SVC_TASK_FAILED'));
  }

  async #live(loading: Promise<ServiceDefinition>): Promise<TaskEnd> {
    const definition = await loading;
    const command = await Promise.race([this.#started.promise, this.#stopped.promise]);
    if (command === 'stop') return { kind: 'stopped' };
    if (!definition.concerns(command.serviceName)) throw this.#otherName(command.serviceName);
    if (definition.hearsEvents) this.#connection.subscribe('control');
    const lifecycle = this.#createLifecycle(command);
    this.#lifecycle = lifecycle;
    void this.#stopped.promise.then(() => lifecycle.stop());
    return await lifecycle.run(definition);
  }

  #createLifecycle(command: StartCommand): Lifecycle {
    const { serviceId, serviceName, instance, transaction, contextId } = this.#bootstrap;
    return new Lifecycle({
      started: () => this.#reporter.report('started'),
      context: {
        identity: { serviceId, serviceName, instance, transaction, contextId },
        configuration: command.configuration,
        log: this.log,
        notify: (action, items) => void this.#reporter.report(action, items),
        flush: () => this.#reporter.flush(),
      },
    });
  }

  #receive(frame: Uint8Array): void {
    try {
      const command = readHostCommand(frame, this.#bootstrap);
      if (command !== undefined) this.#obey(command);
    } catch (error) {
      if (error instanceof ContextdError && error.code === 'MSG_FRAME_INVALID') this.log.warn(error.message);
      else this.crash(error);
    }
  }

  #obey(command: HostCommand): void {
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

  /** Ends only when the provider has heard how it ended, so that no last word is lost. */
  async #sayFarewell(end: TaskEnd): Promise<void> {
    const heard = createDeferred<void>();
    const seq = end.kind === 'failed' ? this.#reportFailure(end.error) : this.#reporter.report(end.kind);
    this.#acknowledged.set(seq, () => heard.resolve());
    const unheard = () => new ContextdError('BUS_DEADLINE', 'nobody acknowledged the last event');
    await withDeadline(heard.promise, FAREWELL_MS, unheard, systemClock).catch((error: unknown) => {
      this.log.warn(asContextdError(error).message);
    });
  }

  #reportFailure(error: ContextdError): number {
    const location = { ...locateError(error.cause), ...error.details };
    this.log.error(error.message, { code: error.code, ...location });
    if (error.cause instanceof Error) this.log.error(error.cause.stack ?? '');
    return this.#reporter.report('failed', {
      reason: 'error',
      error: { ...reportError(error), ...location },
    });
  }

  #watchProvider(kill: () => void): void {
    const { orphanGraceMs: graceMs, stopTimeoutMs } = this.#bootstrap;
    const { publisher } = this.#connection;
    const stop = () => this.stop();
    const watch = new ProviderWatch({
      clock: systemClock,
      log: this.log,
      graceMs,
      stopTimeoutMs,
      stop,
      kill,
    });
    publisher.onConnectionChange((isConnected) => (isConnected ? watch.found() : watch.lost()));
    publisher.whenWanted('control').then(
      () => watch.found(),
      () => undefined, // Closed before there was one.
    );
  }

  #otherName(serviceName: string): ContextdError {
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

function failedEnd(error: unknown): TaskEnd {
  return { kind: 'failed', error: asContextdError(error, 'SVC_TASK_FAILED') };
}
