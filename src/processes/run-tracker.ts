// Keeps track of the processes of runs: by a control group each where one can be made, else by a mark and by looking.

import type { Clock } from '../base/clock.js';
import {
  createControlGroup,
  findControlGroups,
  locateControlGroup,
  removeControlGroup,
} from './control-group.js';
import { Descendants } from './descendants.js';
import { markedCommand } from './rlimit-tag.js';
import type { ProcessId, RunMembers } from './process-table.js';

/** One run of a service. */
export interface Tracking {
  /** By what its processes are known now. */
  readonly members: () => RunMembers;
  readonly forget: () => void;
}

/** What a run is launched with. */
export interface Tracks {
  readonly controlGroup: string | undefined;
  /** The command, with what marks all processes that come from it. */
  readonly command: readonly [string, ...string[]];
}

interface Started {
  readonly token: string;
  readonly leader: ProcessId | undefined;
  readonly controlGroup: string | undefined;
}

export class RunTracker {
  /** Where control groups are made; undefined where they cannot be, or are not wanted. */
  readonly base: string | undefined;
  readonly #descendants: Descendants;

  constructor(clock: Clock, hasControlGroups = true) {
    this.base = hasControlGroups ? findControlGroups() : undefined;
    this.#descendants = new Descendants(clock);
  }

  prepare(token: string, command: readonly [string, ...string[]]): Tracks {
    const controlGroup = this.base === undefined ? undefined : createControlGroup(this.base, token);
    return { controlGroup, command: controlGroup === undefined ? markedCommand(token, command) : command };
  }

  /** Its first process could not be started. */
  abandon({ controlGroup }: Tracks): void {
    if (controlGroup !== undefined) removeControlGroup(controlGroup);
  }

  track({ token, leader, controlGroup }: Started): Tracking {
    if (controlGroup === undefined && leader !== undefined) this.#descendants.watch(token, leader);
    return {
      members: () => ({ token, leader, controlGroup, known: this.#descendants.known(token) }),
      forget: () => this.#descendants.forget(token),
    };
  }

  /** A run that an earlier provider has launched, with or without a control group. */
  trackFound(token: string, leader: ProcessId): Tracking {
    return this.track({ token, leader, controlGroup: locateControlGroup(leader.pid, token) });
  }

  close(): void {
    this.#descendants.close();
  }
}
