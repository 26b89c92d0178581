// Notes who descends from services while that can be seen, for machines without control groups.

import type { Clock } from '../base/clock.js';
import { readSmallFile } from '../sampler/proc-file.js';
import { readFamily, type ProcessId } from './process-table.js';

/** After a launch a look follows this soon, then each time after twice as long. */
const FIRST_LOOK_MS = 25;
const SLOWEST_LOOK_MS = 1000;

interface Watched {
  readonly leader: ProcessId;
  /** Start times by pid; the leader is one of them. */
  readonly known: Map<number, string>;
}

/** Costs nothing while nothing is watched, and one small file a second while no process is started on the machine. */
export class Descendants {
  readonly #clock: Clock;
  readonly #watched = new Map<string, Watched>();
  #pauseMs = FIRST_LOOK_MS;
  #cancel: (() => void) | undefined;
  #newest: string | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From now on; the leader also leads a process group, whose members count. */
  watch(token: string, leader: ProcessId): void {
    this.#watched.set(token, { leader, known: new Map([[leader.pid, leader.startTime]]) });
    this.#pauseMs = FIRST_LOOK_MS;
    this.#newest = undefined;
    this.#wait();
  }

  forget(token: string): void {
    this.#watched.delete(token);
    if (this.#watched.size === 0) this.#cancel?.();
  }

  /** Looks no more. */
  close(): void {
    this.#watched.clear();
    this.#cancel?.();
  }

  /** Everything noted of a run, whether or not it still lives. */
  known(token: string): readonly ProcessId[] {
    const { known } = this.#watched.get(token) ?? { known: new Map<number, string>() };
    return [...known].map(([pid, startTime]) => ({ pid, startTime }));
  }

  /** Notes who is there now; to be called also when something is measured anyway. */
  look(): void {
    const newest = readNewestPid();
    if (newest !== undefined && newest === this.#newest) return;
    this.#newest = newest;
    const family = readFamily();
    for (const { leader, known } of this.#watched.values()) {
      for (const [pid, startTime] of known) if (family.get(pid)?.startTime !== startTime) known.delete(pid);
      const isGroupKnown = known.has(leader.pid);
      for (let before = -1; before !== known.size;) {
        before = known.size;
        for (const [pid, { parent, group, startTime }] of family) {
          if (known.has(parent) || (isGroupKnown && group === leader.pid)) known.set(pid, startTime);
        }
      }
    }
  }

  #wait(): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(this.#pauseMs, () => {
      this.look();
      this.#pauseMs = Math.min(SLOWEST_LOOK_MS, this.#pauseMs * 2);
      this.#wait();
    });
  }
}

/** The pid that was given away last; undefined where the system does not tell. */
function readNewestPid(): string | undefined {
  return readSmallFile('/proc/loadavg')?.trim().split(' ')[4];
}
