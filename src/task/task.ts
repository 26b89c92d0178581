// What a user's task extends: LoopedTask runs until it is stopped, SingleTask runs once.

import type { LogFields, Logger } from '../base/logger.js';
import type { ClientSecurity } from '../bus/security.js';

/** Who a task is, as its context says. */
export interface TaskIdentity {
  readonly serviceId: string;
  readonly serviceName: string;
  readonly instance: string;
  readonly transaction: string;
  readonly contextId: string;
}

/** Where the bus of a task's context is, for a task with sockets of its own. */
export interface TaskEndpoints {
  /** Where subscribers connect (FrontEndEndpoint). */
  readonly subscribe: string;
  /** Where publishers connect (BackendEndpoint). */
  readonly publish: string;
  /**
   * Of a secured provider, in a process: keys with which this task may connect and ask, for `Client.connect`;
   * they may not command. Not enumerable, so neither printed nor copied by a spread.
   */
  readonly security?: ClientSecurity;
}

/** What another service of the same transaction reported. */
export interface ServiceEvent {
  readonly action: 'created' | 'started' | 'updated' | 'failed' | 'stopped' | 'exited';
  readonly serviceId: string;
  readonly serviceName: string;
  /** `result`, `device_action`, `pid` and the reporting task's own items. */
  readonly status: Readonly<Record<string, unknown>>;
}

/** A task's own data in an event; keys `result`, `device_action` and `pid` are the host's. */
export type EventItems = Readonly<Record<string, unknown>>;

/** What the XML's `<configuration>` holds; every value is text, repeated elements are lists. */
export type TaskConfiguration = Readonly<Record<string, unknown>>;

/** What the host gives a task; tasks use it through the members of their base class. */
export interface TaskContext<C> {
  readonly identity: TaskIdentity;
  readonly endpoints: TaskEndpoints;
  readonly configuration: C;
  readonly signal: AbortSignal;
  readonly log: Logger;
  notify(action: 'updated' | 'failed', items: EventItems): void;
  /** Resolves when everything notified so far has left. */
  flush(): Promise<void>;
  pause(durationMs: number): Promise<void>;
}

export abstract class Task<C = TaskConfiguration> {
  readonly #context: TaskContext<C>;

  constructor(context: TaskContext<C>) {
    this.#context = context;
  }

  /** The `<configuration>` of this service in the context file, checked by `static configuration`. */
  get configuration(): C {
    return this.#context.configuration;
  }

  get identity(): TaskIdentity {
    return this.#context.identity;
  }

  /** Where the bus is that this service is on; its events and commands need none of this. */
  get endpoints(): TaskEndpoints {
    return this.#context.endpoints;
  }

  /** Aborted when the service is asked to stop: pass it on to whatever can take long. */
  get signal(): AbortSignal {
    return this.#context.signal;
  }

  /** Writes to the service's log file. */
  get log(): Logger {
    return this.#context.log;
  }

  /** Tells everyone that something happened, with data; fires on_update or on_fail. */
  notify(action: 'updated' | 'failed', items: EventItems = {}): void {
    this.#context.notify(action, items);
  }

  /** Resolves after `durationMs` milliseconds, or at once when the service is asked to stop. */
  pause(durationMs: number): Promise<void> {
    return this.#context.pause(durationMs);
  }

  /** Runs before the service reports `started`; throw to refuse. */
  onStart(): Promise<void> | void {
    return undefined;
  }

  /**
   * Runs when the task is over, however it ended: close files and connections here. After an error that nothing
   * could catch, such as one in a timer, it has the stop timeout to do so, and what `perform` awaits may still go on.
   */
  onStop(): Promise<void> | void {
    return undefined;
  }

  /** Override to hear of the other services of the same transaction. */
  onEvent(_event: ServiceEvent): void {
    return undefined;
  }

  /** The task's whole work; called by the host. */
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
      // A step that awaits nothing must not keep commands from being heard.
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
