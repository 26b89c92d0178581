// A service that runs as a process: stops it step by step, and ends the processes that it leaves.

import { constants } from 'node:os';
import type { Clock } from '../base/clock.js';
import { hasErrnoCode } from '../base/errors.js';
import type { Supervision } from '../model/context.js';
import type { LaunchedService, ProcessEnd } from './launcher.js';
import type { RunSelector } from '../processes/process-table.js';
import { killTree } from '../processes/kill-tree.js';

export type ExitStatus = Omit<ProcessEnd, 'killed' | 'left'>;

export interface ProcessParts {
  readonly pid: number;
  /** How the processes of the run are recognized; called when they are to be ended. */
  readonly members: () => RunSelector;
  /** False when the pid may belong to another process. */
  readonly isAlive: () => boolean;
  readonly supervision: Supervision;
  readonly clock: Clock;
  readonly exited: Promise<ExitStatus>;
  /** Called when all processes of the run have ended. */
  readonly onSwept: () => void;
}

/**
 *   stop command on the bus --half of stop_timeout--> stop signal --stop_timeout--> SIGKILL to all its processes
 *   (no subscriber: the signal at once)                                   finally, always: end leftover processes
 */
export class ProcessService implements LaunchedService {
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  readonly #parts: ProcessParts;
  readonly #killed: string[] = [];
  #left: readonly string[] = [];
  readonly #sweeps: Promise<void>[] = [];
  #isStopping = false;
  #cancelTimer: () => void = () => undefined;

  constructor(parts: ProcessParts) {
    this.#parts = parts;
    this.pid = parts.pid;
    this.ended = this.#end();
  }

  stop(ask: () => boolean, atOnce: boolean): void {
    if (atOnce) {
      this.#cancelTimer();
      void this.#kill();
    } else if (!this.#isStopping) {
      this.#isStopping = true;
      if (ask()) this.#after(this.#halfTimeMs(), () => this.#signal());
      else this.#signal();
    }
  }

  #signal(): void {
    const wanted = this.#parts.supervision.stop_signal;
    const signal = wanted in constants.signals ? (wanted as NodeJS.Signals) : 'SIGTERM';
    try {
      if (this.#parts.isAlive()) process.kill(this.pid, signal);
    } catch (error) {
      if (!hasErrnoCode(error, 'ESRCH')) throw error;
    }
    this.#after(this.#halfTimeMs(), () => void this.#kill());
  }

  /** Resolves when all sweeps have finished, so that `killed` is complete. */
  async #kill(): Promise<void> {
    this.#sweeps.push(this.#sweep());
    await Promise.all(this.#sweeps);
  }

  async #sweep(): Promise<void> {
    const { killed, left } = await killTree(this.#parts.members());
    this.#killed.push(...killed);
    this.#left = left;
  }

  async #end(): Promise<ProcessEnd> {
    const end = await this.#parts.exited;
    this.#cancelTimer();
    await this.#kill();
    this.#parts.onSwept();
    return { ...end, killed: this.#killed, left: this.#left };
  }

  #halfTimeMs(): number {
    return this.#parts.supervision.stop_timeout_s * 500;
  }

  #after(delayMs: number, act: () => void): void {
    this.#cancelTimer = this.#parts.clock.after(delayMs, act);
  }
}
