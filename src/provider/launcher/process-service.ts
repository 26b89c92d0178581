// A service that runs as a process: the ladder that stops it, and the sweep after it.

import { constants } from 'node:os';
import type { Clock } from '../../base/clock.js';
import { hasErrnoCode } from '../../base/errors.js';
import type { Supervision } from '../../model/context.js';
import type { ProcessEnd } from '../snapshot.js';
import type { LaunchedService } from './launcher.js';
import { sweep } from './sweep.js';

export type ExitStatus = Omit<ProcessEnd, 'killed'>;

export interface ProcessParts {
  /** Also the id of its process group. */
  readonly pid: number;
  /** False when the pid may be another's by now; our own child's is not given away before we know its end. */
  readonly isThere?: () => boolean;
  readonly token: string;
  readonly supervision: Supervision;
  readonly clock: Clock;
  readonly exited: Promise<ExitStatus>;
}

/**
 *   ask on the bus --half of stop_timeout--> stop signal --stop_timeout--> SIGKILL to all of it
 *   (nobody heard: the signal at once)                                     then, always: sweep what it left
 */
export class ProcessService implements LaunchedService {
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  readonly #parts: ProcessParts;
  readonly #killed: string[] = [];
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
      if (this.#parts.isThere?.() !== false) process.kill(this.pid, signal);
    } catch (error) {
      if (!hasErrnoCode(error, 'ESRCH')) throw error;
    }
    this.#after(this.#halfTimeMs(), () => void this.#kill());
  }

  async #kill(): Promise<void> {
    this.#killed.push(...(await sweep({ token: this.#parts.token, group: this.pid })));
  }

  async #end(): Promise<ProcessEnd> {
    const end = await this.#parts.exited;
    this.#cancelTimer();
    await this.#kill();
    return { ...end, killed: this.#killed };
  }

  #halfTimeMs(): number {
    return this.#parts.supervision.stop_timeout_s * 500;
  }

  #after(delayMs: number, act: () => void): void {
    this.#cancelTimer = this.#parts.clock.after(delayMs, act);
  }
}
