// Tracks the processes of runs: by control group if possible, else by rlimit tag and periodic scans.

import type { Clock } from '../base/clock.js';
import {
  createControlGroup,
  findControlGroups,
  locateControlGroup,
  removeControlGroup,
} from './control-group.js';
import { DescendantTracker } from './descendants.js';
import { SharedTable } from './kill-tree.js';
import { composeTaggedCommand } from './rlimit-tag.js';
import type { ProcessId, RunSelector } from './process-table.js';

/** One run of a service. */
export interface TrackedRun {
  /** Returns the current criteria for the processes of the run. */
  readonly selector: () => RunSelector;
  readonly forget: () => void;
}

/** The command and control group for a launch. */
export interface PreparedLaunch {
  readonly controlGroup: string | undefined;
  /** The command, including the rlimit tag if there is no control group. */
  readonly command: readonly [string, ...string[]];
}

interface StartedRun {
  readonly token: string;
  readonly leader: ProcessId | undefined;
  readonly controlGroup: string | undefined;
}

export class RunTracker {
  /** Folder for control groups; undefined if they are not available or disabled. */
  readonly base: string | undefined;
  /** For the kills of all runs. */
  readonly table = new SharedTable();
  readonly #descendants: DescendantTracker;

  constructor(clock: Clock, hasControlGroups = true) {
    this.base = hasControlGroups ? findControlGroups() : undefined;
    this.#descendants = new DescendantTracker(clock);
  }

  prepare(token: string, command: readonly [string, ...string[]]): PreparedLaunch {
    const controlGroup = this.base === undefined ? undefined : createControlGroup(this.base, token);
    return {
      controlGroup,
      command: controlGroup === undefined ? composeTaggedCommand(token, command) : command,
    };
  }

  /** Cleans up after a launch that failed. */
  abandon({ controlGroup }: PreparedLaunch): void {
    if (controlGroup !== undefined) removeControlGroup(controlGroup);
  }

  track({ token, leader, controlGroup }: StartedRun): TrackedRun {
    if (controlGroup === undefined && leader !== undefined) this.#descendants.track(token, leader);
    return {
      selector: () => ({ token, leader, controlGroup, descendants: this.#descendants.known(token) }),
      forget: () => this.#descendants.forget(token),
    };
  }

  /** Tracks a run that an earlier provider launched. */
  trackExisting(token: string, leader: ProcessId): TrackedRun {
    return this.track({ token, leader, controlGroup: locateControlGroup(leader.pid, token) });
  }

  close(): void {
    this.#descendants.close();
  }
}
