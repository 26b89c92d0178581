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
  /** Called once, when onStart is done and before the work begins. */
  started(): void;
  /** Drives the task's pauses. */
  readonly clock?: Clock | undefined;
}

/** Runs the task of a service once. */
export class Lifecycle {
  readonly #stop = new AbortController();
  readonly #ports: LifecyclePorts;
  #task: Task<unknown> | undefined;

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
    const { context, clock = systemClock } = this.#ports;
    try {
      const task = definition.build({ ...context, signal, pause: (ms) => pause(clock, ms, signal) });
      this.#task = task;
      await task.onStart();
      this.#ports.started();
      await task.perform();
      return signal.aborted ? { kind: 'stopped' } : { kind: 'exited' };
    } catch (error) {
      // What an aborted call throws because it was aborted is the stop that was asked for.
      if (signal.aborted && isAbort(error)) return { kind: 'stopped' };
      return { kind: 'failed', error: taskError(error) };
    }
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
