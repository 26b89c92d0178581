// The lifecycle of one task: build, onStart, perform, onStop.

import { systemClock, type Clock } from '../base/clock.js';
import { createDeferred, withDeadline } from '../base/deferred.js';
import { ContextdError, asContextdError, messageOf } from '../base/errors.js';
import type { ServiceDefinition } from './service.js';
import type { ServiceEvent, Task, TaskConfiguration, TaskContext } from './task.js';

/** How a task ended. */
export type TaskEnd =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'exited' }
  | { readonly kind: 'failed'; readonly error: ContextdError };

export interface LifecyclePorts {
  /** The task's context, without `signal` and `pause`, which the lifecycle adds. */
  readonly context: Omit<TaskContext<TaskConfiguration>, 'signal' | 'pause'>;
  /**
   * Called once when the task has started: on its first `notify` or `pause`, when it returns, or after its first turn of
   * the event loop. Not called for a task that throws before that, even in a callback.
   */
  started(): void;
  /** Clock for the task's pauses. */
  readonly clock?: Clock | undefined;
  /** How long onStop may take after an uncaught error in a callback of the task, in milliseconds of real time. */
  readonly cleanUpTimeoutMs: number;
}

/** Runs the task of a service once. */
export class Lifecycle {
  readonly #stop = new AbortController();
  readonly #ports: LifecyclePorts;
  readonly #crashed = createDeferred<TaskEnd>();
  #crash: TaskEnd | undefined;
  #task: Task<unknown> | undefined;
  /** `perform` is running, and `started` was not called yet. */
  #isStartPending = false;

  constructor(ports: LifecyclePorts) {
    this.#ports = ports;
  }

  /** Runs the task to its end. Never rejects: an error of the task becomes its TaskEnd. */
  async run(definition: ServiceDefinition): Promise<TaskEnd> {
    const crashed = this.#crashed.promise;
    const end = await Promise.race([this.#perform(definition), crashed]);
    if (this.#crash !== undefined) return await this.#cleanUpWithTimeout(this.#crash);
    // An uncaught error during onStop ends the task immediately.
    return await Promise.race([this.#cleanUp(end), crashed]);
  }

  /** Aborts the task's signal, so that it ends. */
  stop(): void {
    this.#stop.abort();
  }

  /** Ends the task as failed after an uncaught error in a callback; onStop still runs. */
  crash(error: unknown): void {
    this.#crash ??= { kind: 'failed', error: toTaskError(error) };
    this.#crashed.resolve(this.#crash);
    this.stop();
  }

  onEvent(event: ServiceEvent): void {
    this.#task?.onEvent(event);
  }

  async #cleanUp(end: TaskEnd): Promise<TaskEnd> {
    try {
      await this.#task?.onStop();
      return end;
    } catch (error) {
      return end.kind === 'failed' ? end : { kind: 'failed', error: toTaskError(error) };
    }
  }

  /** After an uncaught error the state of the task is undefined: a hanging onStop must not keep the process running. */
  async #cleanUpWithTimeout(end: TaskEnd): Promise<TaskEnd> {
    const { cleanUpTimeoutMs, context } = this.#ports;
    const late = () => new Error(`onStop did not finish within ${cleanUpTimeoutMs / 1000} s`);
    try {
      return await withDeadline(this.#cleanUp(end), cleanUpTimeoutMs, late, systemClock);
    } catch (error) {
      context.log.warn(messageOf(error));
      return end;
    }
  }

  async #perform(definition: ServiceDefinition): Promise<TaskEnd> {
    const { signal } = this.#stop;
    try {
      const task = definition.build(this.#composeContext());
      this.#task = task;
      await task.onStart();
      if (this.#crash !== undefined) return this.#crash;
      await this.#performTask(task);
      return signal.aborted ? { kind: 'stopped' } : { kind: 'exited' };
    } catch (error) {
      // An AbortError after an abort is the requested stop, not a failure.
      if (signal.aborted && isAbortError(error)) return { kind: 'stopped' };
      return { kind: 'failed', error: toTaskError(error) };
    }
  }

  #composeContext(): TaskContext<TaskConfiguration> {
    const { signal } = this.#stop;
    const { context, clock = systemClock } = this.#ports;
    return {
      ...context,
      signal,
      notify: (action, items) => {
        this.#reportStarted();
        context.notify(action, items);
      },
      pause: (ms) => {
        this.#reportStarted();
        return pause(clock, ms, signal);
      },
    };
  }

  async #performTask(task: Task<unknown>): Promise<void> {
    this.#isStartPending = true;
    const turn = setImmediate(() => this.#reportStarted());
    try {
      await task.perform();
      this.#reportStarted();
    } catch (error) {
      if (this.#stop.signal.aborted && isAbortError(error)) this.#reportStarted();
      throw error;
    } finally {
      this.#isStartPending = false;
      clearImmediate(turn);
    }
  }

  #reportStarted(): void {
    if (!this.#isStartPending || this.#crash !== undefined) return;
    this.#isStartPending = false;
    this.#ports.started();
  }
}

function pause(clock: Clock, durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const cancel = clock.after(durationMs, end);
    signal.addEventListener('abort', end, { once: true });
    function end() {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
}

function toTaskError(error: unknown): ContextdError {
  if (error instanceof ContextdError) return asContextdError(error);
  return new ContextdError('SVC_TASK_FAILED', messageOf(error), { cause: error });
}

function isAbortError(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}
