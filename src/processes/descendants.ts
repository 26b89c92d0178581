// Records the descendants of services while their parents still run, for machines without control groups.

import type { Clock } from '../base/clock.js';
import { readText } from '../sampler/proc-file.js';
import { readRelations, type ProcessId } from './process-table.js';

/** Delay of the first scan after a launch; doubles up to MAX_SCAN_INTERVAL_MS. */
const FIRST_SCAN_MS = 25;
const MAX_SCAN_INTERVAL_MS = 1000;

interface TrackedLeader {
  readonly leader: ProcessId;
  /** Start times by pid, including the leader. */
  readonly descendantsOf: Map<number, string>;
}

/** Costs nothing while no run is tracked, and one small file a second while no process is started on the machine. */
export class DescendantTracker {
  readonly #clock: Clock;
  readonly #tracked = new Map<string, TrackedLeader>();
  #pauseMs = FIRST_SCAN_MS;
  #cancel: (() => void) | undefined;
  #newestPid: string | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Starts tracking the descendants of `leader` and the members of its process group. */
  track(token: string, leader: ProcessId): void {
    this.#tracked.set(token, { leader, descendantsOf: new Map([[leader.pid, leader.startTime]]) });
    this.#pauseMs = FIRST_SCAN_MS;
    this.#newestPid = undefined;
    this.#scheduleScan();
  }

  forget(token: string): void {
    this.#tracked.delete(token);
    if (this.#tracked.size === 0) this.#cancel?.();
  }

  close(): void {
    this.#tracked.clear();
    this.#cancel?.();
  }

  /** Returns all recorded processes of a run; some may have ended. */
  known(token: string): readonly ProcessId[] {
    const { descendantsOf: known } = this.#tracked.get(token) ?? { descendantsOf: new Map<number, string>() };
    return [...known].map(([pid, startTime]) => ({ pid, startTime }));
  }

  /** Records the current descendants of all tracked runs. Also called when processes are measured anyway. */
  scan(): void {
    const newest = readNewestPid();
    if (newest !== undefined && newest === this.#newestPid) return;
    this.#newestPid = newest;
    const family = readRelations();
    for (const { leader, descendantsOf: known } of this.#tracked.values()) {
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

  #scheduleScan(): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(this.#pauseMs, () => {
      this.scan();
      this.#pauseMs = Math.min(MAX_SCAN_INTERVAL_MS, this.#pauseMs * 2);
      this.#scheduleScan();
    });
  }
}

/** Returns the most recently assigned pid; undefined on systems without it. */
function readNewestPid(): string | undefined {
  return readText('/proc/loadavg')?.trim().split(' ')[4];
}
