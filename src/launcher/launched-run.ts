// A run of a service: stops it step by step, and ends the processes that it leaves.

import type { Clock } from '../base/clock.js';
import type { Supervision } from '../model/context.js';
import { killTree, type SharedTable } from '../processes/kill-tree.js';
import type { RunSelector } from '../processes/process-table.js';
import type { LaunchedService, ProcessEnd } from './launcher.js';

export type ExitStatus = Omit<ProcessEnd, 'killed' | 'left'>;

export interface RunPorts {
  /** The pid of its host. */
  readonly pid: number;
  readonly supervision: Pick<Supervision, 'stop_timeout_s'>;
  readonly clock: Clock;
  readonly exited: Promise<ExitStatus>;
  /** How the processes of the run are recognized; called when they are to be ended. */
  readonly members: () => RunSelector;
  /** What runs that are ended at the same time share. */
  readonly table: SharedTable;
  /** Asks the run to end, other than by a command on the bus: with a signal, or a command to its host. */
  readonly ask: () => void;
  /** Ends a thread. Undefined for a run that is a process: it is one of its members. */
  readonly terminate?: () => void;
  /** Called when all processes of the run have ended. */
  readonly onSwept?: () => void;
}

/**
 *   stop command on the bus --half of stop_timeout--> signal, or command to the host --stop_timeout--> end it
 *   (no subscriber: the signal or command at once)                    finally, always: end leftover processes
 */
export class LaunchedRun implements LaunchedService {
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  readonly #ports: RunPorts;
  readonly #killed: string[] = [];
  #left: readonly string[] = [];
  readonly #sweeps: Promise<void>[] = [];
  #isStopping = false;
  #isKilled = false;
  #cancelTimer: () => void = () => undefined;

  constructor(ports: RunPorts) {
    this.#ports = ports;
    this.pid = ports.pid;
    this.ended = this.#end();
  }

  stop(ask: () => boolean, atOnce: boolean): void {
    if (atOnce) {
      this.#kill();
    } else if (!this.#isStopping) {
      this.#isStopping = true;
      const halfTimeMs = this.#ports.supervision.stop_timeout_s * 500;
      if (ask()) this.#after(halfTimeMs, () => this.#askDirectly(halfTimeMs));
      else this.#askDirectly(2 * halfTimeMs);
    }
  }

  #askDirectly(timeoutMs: number): void {
    this.#ports.ask();
    this.#after(timeoutMs, () => this.#kill());
  }

  #kill(): void {
    this.#cancelTimer();
    if (!this.#isKilled) this.#ports.terminate?.();
    this.#isKilled = true;
    // Also for a thread: a synchronous call that waits for a child cannot be interrupted, but returns when that is killed.
    this.#sweeps.push(this.#sweep());
  }

  async #sweep(): Promise<void> {
    const { members, table } = this.#ports;
    // By the clock of the system, also in a test whose clock stands still: the processes end in real time.
    const { killed, left } = await killTree(members(), { table });
    this.#killed.push(...killed);
    this.#left = left;
  }

  async #end(): Promise<ProcessEnd> {
    const { exited, terminate, onSwept } = this.#ports;
    const end = await exited;
    this.#cancelTimer();
    if (this.#isKilled && terminate !== undefined) this.#killed.push(`${this.pid} (thread)`);
    this.#sweeps.push(this.#sweep());
    await Promise.all(this.#sweeps);
    onSwept?.();
    return { ...end, killed: this.#killed, left: this.#left };
  }

  #after(delayMs: number, act: () => void): void {
    this.#cancelTimer = this.#ports.clock.after(delayMs, act);
  }
}
