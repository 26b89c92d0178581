// The life of one task: build, onStart, perform, onStop; what happens is told to its ports.

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
  /** Everything a task needs but the means to stop it. */
  readonly context: Omit<TaskContext<TaskConfiguration>, 'signal' | 'pause'>;
  /**
   * Called once, before anything else is told of the work: when it has notified, paused or ended, and at the
   * latest after its first turn of the event loop. Never for a task that throws before, be it where nothing can
   * catch it: that has not started.
   */
  started(): void;
  /** Drives the task's pauses. */
  readonly clock?: Clock | undefined;
  /** How long onStop may take, in milliseconds of real time, after the task threw where nothing could catch it. */
  readonly cleanUpLimitMs: number;
}

/** Runs the task of a service once. */
export class Lifecycle {
  readonly #stop = new AbortController();
  readonly #ports: LifecyclePorts;
  readonly #crashed = createDeferred<TaskEnd>();
  #crash: TaskEnd | undefined;
  #task: Task<unknown> | undefined;
  /** It is at work, and that has not been told yet. */
  #isToBeTold = false;

  constructor(ports: LifecyclePorts) {
    this.#ports = ports;
  }

  /** Never rejects: whatever the task throws is its end. */
  async run(definition: ServiceDefinition): Promise<TaskEnd> {
    const crashed = this.#crashed.promise;
    const end = await Promise.race([this.#perform(definition), crashed]);
    if (this.#crash !== undefined) return await this.#cleanUpInTime(this.#crash);
    // What is thrown where nothing can catch it while onStop runs ends the task there and then.
    return await Promise.race([this.#cleanUp(end), crashed]);
  }

  /** Asks the task to end. */
  stop(): void {
    this.#stop.abort();
  }

  /** The task threw where nothing could catch it: it ends as failed, but what it holds is released first. */
  crash(error: unknown): void {
    this.#crash ??= { kind: 'failed', error: taskError(error) };
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
      return end.kind === 'failed' ? end : { kind: 'failed', error: taskError(error) };
    }
  }

  /** Nobody knows what state the task is in: that it never comes to an end must not keep its process. */
  async #cleanUpInTime(end: TaskEnd): Promise<TaskEnd> {
    const { cleanUpLimitMs, context } = this.#ports;
    const late = () => new Error(`onStop has not come to its end within ${cleanUpLimitMs / 1000} s`);
    try {
      return await withDeadline(this.#cleanUp(end), cleanUpLimitMs, late, systemClock);
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
      await this.#work(task);
      return signal.aborted ? { kind: 'stopped' } : { kind: 'exited' };
    } catch (error) {
      // What an aborted call throws because it was aborted is the stop that was asked for.
      if (signal.aborted && isAbort(error)) return { kind: 'stopped' };
      return { kind: 'failed', error: taskError(error) };
    }
  }

  #composeContext(): TaskContext<TaskConfiguration> {
    const { signal } = this.#stop;
    const { context, clock = systemClock } = this.#ports;
    return {
      ...context,
      signal,
      notify: (action, items) => {
        this.#tellStarted();
        context.notify(action, items);
      },
      pause: (ms) => {
        this.#tellStarted();
        return pause(clock, ms, signal);
      },
    };
  }

  async #work(task: Task<unknown>): Promise<void> {
    this.#isToBeTold = true;
    const turn = setImmediate(() => this.#tellStarted());
    try {
      await task.perform();
      this.#tellStarted();
    } catch (error) {
      if (this.#stop.signal.aborted && isAbort(error)) this.#tellStarted();
      throw error;
    } finally {
      this.#isToBeTold = false;
      clearImmediate(turn);
    }
  }

  #tellStarted(): void {
    if (!this.#isToBeTold || this.#crash !== undefined) return;
    this.#isToBeTold = false;
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

function taskError(error: unknown): ContextdError {
  if (error instanceof ContextdError) return asContextdError(error);
  return new ContextdError('SVC_TASK_FAILED', messageOf(error), { cause: error });
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}
