// The life of one task: build, onStart, perform, onStop; what happens is told to its ports.

import { systemClock, type Clock } from '../base/clock.js';
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
   * latest after its first turn of the event loop. Never for a task that throws before: that has not started.
   */
  started(): void;
  /** Drives the task's pauses. */
  readonly clock?: Clock | undefined;
}

/** Runs the task of a service once. */
export class Lifecycle {
  readonly #stop = new AbortController();
  readonly #ports: LifecyclePorts;
  #task: Task<unknown> | undefined;
  /** It is at work, and that has not been told yet. */
  #isToBeTold = false;

  constructor(ports: LifecyclePorts) {
    this.#ports = ports;
  }

  /** Never rejects: whatever the task throws is its end. */
  async run(definition: ServiceDefinition): Promise<TaskEnd> {
    const end = await this.#perform(definition);
    try {
      await this.#task?.onStop();
      return end;
    } catch (error) {
      return end.kind === 'failed' ? end : { kind: 'failed', error: taskError(error) };
    }
  }

  /** Asks the task to end. */
  stop(): void {
    this.#stop.abort();
  }

  hear(event: ServiceEvent): void {
    this.#task?.onEvent(event);
  }

  async #perform(definition: ServiceDefinition): Promise<TaskEnd> {
    const { signal } = this.#stop;
    try {
      const task = definition.build(this.#composeContext());
      this.#task = task;
      await task.onStart();
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
    if (!this.#isToBeTold) return;
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
