// Base classes of tasks: LoopedTask runs until it is stopped, SingleTask runs once.

import type { LogFields, Logger } from '../base/logger.js';
import type { ClientSecurity } from '../bus/security.js';

/** The ids and names of a task, from its context. */
export interface TaskIdentity {
  readonly serviceId: string;
  readonly serviceName: string;
  readonly instance: string;
  readonly transaction: string;
  readonly contextId: string;
}

/** The bus addresses, for a task with its own sockets. */
export interface TaskEndpoints {
  /** Where subscribers connect (FrontEndEndpoint). */
  readonly subscribe: string;
  /** Where publishers connect (BackendEndpoint). */
  readonly publish: string;
  /**
   * Keys for `Client.connect`, for a task in a process of a provider with security. They allow queries, but no commands.
   * Not enumerable, so that they are neither printed nor copied by a spread.
   */
  readonly security?: ClientSecurity;
}

/** An event of another service of the same transaction. */
export interface ServiceEvent {
  readonly action: 'created' | 'started' | 'updated' | 'failed' | 'stopped' | 'exited';
  readonly serviceId: string;
  readonly serviceName: string;
  /** `result`, `device_action`, `pid` and the reporting task's own items. */
  readonly status: Readonly<Record<string, unknown>>;
}

/** A task's own data in an event. The keys `result`, `device_action` and `pid` are reserved for the host. */
export type EventItems = Readonly<Record<string, unknown>>;

/** The content of `<configuration>` in the context file: every value is text, repeated elements are lists. */
export type TaskConfiguration = Readonly<Record<string, unknown>>;

/** What the host passes to a task. Tasks use it through the members of their base class. */
export interface TaskContext<C> {
  readonly identity: TaskIdentity;
  readonly endpoints: TaskEndpoints;
  readonly configuration: C;
  readonly signal: AbortSignal;
  readonly log: Logger;
  notify(action: 'updated' | 'failed', items: EventItems): void;
  /** Resolves when all events notified so far have been sent. */
  flush(): Promise<void>;
  pause(durationMs: number): Promise<void>;
}

export abstract class Task<C = TaskConfiguration> {
  readonly #context: TaskContext<C>;

  constructor(context: TaskContext<C>) {
    this.#context = context;
  }

  /** The `<configuration>` of this service in the context file, validated by `static configuration`. */
  get configuration(): C {
    return this.#context.configuration;
  }

  get identity(): TaskIdentity {
    return this.#context.identity;
  }

  /** The addresses of the bus. Not needed for events and commands of this service. */
  get endpoints(): TaskEndpoints {
    return this.#context.endpoints;
  }

  /** Aborted when the service is stopped. Pass it to calls that can take long. */
  get signal(): AbortSignal {
    return this.#context.signal;
  }

  /** Writes to the service's log file. */
  get log(): Logger {
    return this.#context.log;
  }

  /** Publishes an event with data; fires on_update or on_fail. */
  notify(action: 'updated' | 'failed', items: EventItems = {}): void {
    this.#context.notify(action, items);
  }

  /** Resolves after `durationMs` milliseconds, or immediately when the service is stopped. */
  pause(durationMs: number): Promise<void> {
    return this.#context.pause(durationMs);
  }

  /** Runs before the service reports `started`. Throw an error to prevent the start. */
  onStart(): Promise<void> | void {
    return undefined;
  }

  /**
   * Runs when the task has ended, for any reason: close files and connections here. After an uncaught error, such as one
   * in a timer, it has the stop timeout to finish, and `perform` may still be running.
   */
  onStop(): Promise<void> | void {
    return undefined;
  }

  /** Override to receive events of the other services of the same transaction. */
  onEvent(_event: ServiceEvent): void {
    return undefined;
  }

  /** The work of the task; called by the host. */
  abstract perform(): Promise<void>;

  protected flush(): Promise<void> {
    return this.#context.flush();
  }
}

/**
 * A task that runs until its service is stopped: `step` is called again and again.
 *
 * @example
 * export class Shouting extends LoopedTask {
 *   override async step() {
 *     this.notify('updated', { shout: new Date().toISOString() });
 *     await this.pause(1000);
 *   }
 * }
 */
export abstract class LoopedTask<C = TaskConfiguration> extends Task<C> {
  abstract step(): Promise<void>;

  override async perform(): Promise<void> {
    while (!this.signal.aborted) {
      await this.step();
      await this.flush();
      // A step that awaits nothing must not block the event loop: commands must still arrive.
      await new Promise((resume) => setImmediate(resume));
    }
  }
}

/** A task that runs once: when `run` returns, the service reports `exited`. */
export abstract class SingleTask<C = TaskConfiguration> extends Task<C> {
  abstract run(): Promise<void>;

  override async perform(): Promise<void> {
    await this.run();
  }
}

export type { LogFields, Logger };
