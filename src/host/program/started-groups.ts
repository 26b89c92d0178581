// The process groups of programs that this host has started: they must not outlive it.

import { locateControlGroup } from '../../processes/control-group.js';
import {
  findMembers,
  hasPid,
  isSameProcess,
  readProcessTable,
  readRawStartTime,
  type ProcessEntry,
} from '../../processes/process-table.js';
import { TOKEN_VARIABLE } from '../../processes/run-token.js';

/** By the pid of its leader, when that was started; undefined where the system does not tell. */
const groups = new Map<number, string | undefined>();

/** A program leads a group of its own, so that what it sends to its group does not reach its host. */
export function registerGroup(pid: number): void {
  groups.set(pid, readRawStartTime(pid));
}

export function unregisterGroup(pid: number): void {
  groups.delete(pid);
}

/** SIGKILL to every program that is still there, and to what it has started in its group. */
export function killStartedGroups(): void {
  for (const group of groups.keys()) signalGroup(group, 'SIGKILL');
}

/** To a program alone; nothing when it has ended. */
export function signalLeader(pid: number, signal: string): void {
  send(pid, signal);
}

/**
 * To a program and what it has started in its group; nothing when none of it is left. Once the program is gone its
 * number may be that of another group: then only to those in it that are known to be ours.
 */
export function signalGroup(group: number, signal: string): void {
  const startTime = groups.get(group);
  if (startTime === undefined || hasPid({ pid: group, startTime })) send(-group, signal);
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
    // It has ended meanwhile.
  }
}
