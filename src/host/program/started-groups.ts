// Registers the process groups of the programs that this host has started, so that they never outlive it.

import { locateControlGroup } from '../../processes/control-group.js';
import {
  findMembers,
  holdsPid,
  isSameProcess,
  readProcessTable,
  readRawStartTime,
  type ProcessEntry,
} from '../../processes/process-table.js';
import { TOKEN_VARIABLE } from '../../processes/run-token.js';

/** Start time by pid of the group leader; undefined where the system does not provide it. */
const groups = new Map<number, string | undefined>();

/** A program leads its own group, so that signals to its group do not reach the host. */
export function registerGroup(pid: number): void {
  groups.set(pid, readRawStartTime(pid));
}

export function unregisterGroup(pid: number): void {
  groups.delete(pid);
}

/** Sends SIGKILL to every group that is still registered. */
export function killStartedGroups(): void {
  for (const group of groups.keys()) signalGroup(group, 'SIGKILL');
}

/** Signals a program alone. Does nothing if it has ended. */
export function signalLeader(pid: number, signal: string): void {
  send(pid, signal);
}

/**
 * Signals a program and its process group. After the program has ended, its pid may be reused for another group: then
 * only members that carry the token of this run are signalled.
 */
export function signalGroup(group: number, signal: string): void {
  const startTime = groups.get(group);
  if (startTime === undefined || holdsPid({ pid: group, startTime })) send(-group, signal);
  else for (const each of findOwnMembers(group)) if (isSameProcess(each)) send(each.pid, signal);
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
