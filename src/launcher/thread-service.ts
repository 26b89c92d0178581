// A service that runs as a thread: stops it step by step, and ends the processes that it leaves.

import type { Clock } from '../base/clock.js';
import type { ThreadOrder } from '../messages/thread-host.js';
import type { Supervision } from '../model/context.js';
import type { LaunchedService, ProcessEnd } from './launcher.js';
import type { ExitStatus } from './process-service.js';
import { killTree } from '../processes/kill-tree.js';

export interface ThreadParts {
  /** The pid of the thread host. */
  readonly pid: number;
  readonly token: string;
  readonly supervision: Supervision;
  readonly clock: Clock;
  readonly order: (
    action: Extract<ThreadOrder, { token: string }>['action'] & ('stop' | 'terminate'),
  ) => void;
  /** Kills the thread host with all its threads. */
  readonly killHost: () => void;
  readonly exited: Promise<ExitStatus>;
}

/** The least time that a thread has to terminate, in milliseconds. */
const MIN_TERMINATE_MS = 1000;

/**
 *   stop command on the bus --half of stop_timeout--> stop over the port --stop_timeout--> terminate the thread
 *   (no subscriber: over the port at once)                                                   |
 *                                         the thread cannot be interrupted: kill the thread host
 */
export class ThreadService implements LaunchedService {
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  readonly #parts: ThreadParts;
  readonly #killed: string[] = [];
  #left: readonly string[] = [];
  #isStopping = false;
  #isTerminated = false;
  #cancelTimer: () => void = () => undefined;

  constructor(parts: ThreadParts) {
    this.#parts = parts;
    this.pid = parts.pid;
    this.ended = this.#end();
  }

  stop(ask: () => boolean, atOnce: boolean): void {
    if (atOnce) {
      this.#terminate();
    } else if (!this.#isStopping) {
      this.#isStopping = true;
      const halfTimeMs = this.#parts.supervision.stop_timeout_s * 500;
      if (!ask()) this.#parts.order('stop');
      this.#after(halfTimeMs, () => {
        this.#parts.order('stop');
        this.#after(halfTimeMs, () => this.#terminate());
      });
    }
  }

  #terminate(): void {
    if (this.#isTerminated) return;
    this.#isTerminated = true;
    this.#cancelTimer();
    this.#parts.order('terminate');
    // A synchronous call that waits for a child cannot be interrupted. It returns when the child is killed.
    void this.#sweep();
    const limitMs = Math.max(MIN_TERMINATE_MS, this.#parts.supervision.stop_timeout_s * 1000);
    this.#after(limitMs, () => this.#parts.killHost());
  }

  async #sweep(): Promise<void> {
    const { killed, left } = await killTree({ token: this.#parts.token });
    this.#killed.push(...killed);
    this.#left = left;
  }

  async #end(): Promise<ProcessEnd> {
    const end = await this.#parts.exited;
    this.#cancelTimer();
    if (this.#isTerminated) this.#killed.push(`${this.pid} (thread)`);
    await this.#sweep();
    return { ...end, killed: this.#killed, left: this.#left };
  }

  #after(delayMs: number, act: () => void): void {
    this.#cancelTimer = this.#parts.clock.after(delayMs, act);
  }
}
