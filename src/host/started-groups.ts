// Registers the process groups of the programs that this host has started, so that they never outlive it.

import { locateControlGroup } from '../processes/control-group.js';
import {
  findMembers,
  holdsPid,
  isSameProcess,
  readProcessTable,
  readRawStartTime,
  type ProcessEntry,
} from '../processes/process-table.js';
import { TOKEN_VARIABLE } from '../processes/run-token.js';

/** A program leads its own group, so that signals to its group do not reach the host. */
export class StartedGroups {
  /** Start time by pid of the group leader; undefined where the system does not provide it. */
  readonly #groups = new Map<number, string | undefined>();

  register(pid: number): void {
    this.#groups.set(pid, readRawStartTime(pid));
  }

  unregister(pid: number): void {
    this.#groups.delete(pid);
  }

  /** Sends SIGKILL to every group that is still registered. */
  killAll(): void {
    for (const group of this.#groups.keys()) this.signal(group, 'SIGKILL');
  }

  /**
   * Signals a program and its process group. After the program has ended, its pid may be reused for another group: then
   * only members that carry the token of this run are signalled.
   */
  signal(group: number, signal: string): void {
    const startTime = this.#groups.get(group);
    if (startTime === undefined || holdsPid({ pid: group, startTime })) send(-group, signal);
    else for (const each of findOwnMembers(group)) if (isSameProcess(each)) send(each.pid, signal);
  }
}

/** Signals a program alone. Does nothing if it has ended. */
export function signalLeader(pid: number, signal: string): void {
  send(pid, signal);
}

function findOwnMembers(group: number): readonly ProcessEntry[] {
  const token = process.env[TOKEN_VARIABLE];
  if (token === undefined) return [];
  const own = { token, controlGroup: locateControlGroup(process.pid, token) };
  return findMembers(readProcessTable(), own).filter((each) => each.group === group);
}

function send(pid: number, signal: string): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has already ended.
  }
}
