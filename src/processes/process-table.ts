// The processes of this machine, read from /proc: who carries a token, who is in a group, who descends.

import { readdirSync, readFileSync } from 'node:fs';
import { isEnded, parseStat, type ProcStat } from '../sampler/parse-stat.js';
import { listControlGroup } from './control-group.js';
import { composeLimitMark, readLimitMark } from './rlimit-tag.js';
import { TOKEN_VARIABLE } from './run-token.js';

/** Names a process for good: a pid is given to another one when it is free. */
export interface ProcessId {
  readonly pid: number;
  /** In clock ticks since boot. */
  readonly startTime: string;
}

export interface ProcessEntry extends ProcessId {
  readonly parent: number;
  readonly group: number;
  readonly name: string;
  readonly token: string | undefined;
}

/** By what the processes of a run are known. */
export interface RunMembers {
  readonly token: string;
  /** The first process of a service: it leads a process group. None for a thread. */
  readonly leader?: ProcessId | undefined;
  readonly controlGroup?: string | undefined;
  /** Those that were seen to descend from it. */
  readonly known?: readonly ProcessId[];
}

/** All living processes; zombies are dead already. Empty where there is no /proc. */
export function readProcessTable(): readonly ProcessEntry[] {
  return listPids().flatMap((pid) => readEntry(pid) ?? []);
}

/** Who descends from whom, of all living processes: costs half of the whole table. */
export function readFamily(): ReadonlyMap<number, Pick<ProcessEntry, 'parent' | 'group' | 'startTime'>> {
  return new Map(
    listPids().flatMap((pid) => {
      const stat = readStat(pid);
      return stat === undefined ? [] : [[pid, stat] as const];
    }),
  );
}

/**
 * Those of `table` that belong to a run: by token, control group, mark or because they were seen, or below one that
 * does. By process group only while its leader lives: later, its number may be another's.
 */
export function findMembers(table: readonly ProcessEntry[], run: RunMembers): readonly ProcessEntry[] {
  const isMember = recognize(table, run);
  const members = new Set<number>();
  for (const each of table) if (isMember(each)) members.add(each.pid);
  for (let before = -1; before !== members.size;) {
    before = members.size;
    for (const each of table) if (members.has(each.parent)) members.add(each.pid);
  }
  return table.filter((each) => members.has(each.pid));
}

function recognize(table: readonly ProcessEntry[], run: RunMembers): (entry: ProcessEntry) => boolean {
  const { token, leader, controlGroup, known = [] } = run;
  const isLeader = (each: ProcessEntry) => each.pid === leader?.pid && each.startTime === leader.startTime;
  const group = table.some(isLeader) ? leader?.pid : undefined;
  const inControlGroup = new Set(controlGroup === undefined ? [] : listControlGroup(controlGroup));
  const starts = new Map(known.map(({ pid, startTime }) => [pid, startTime]));
  const mark = composeLimitMark(token);
  return (each) =>
    each.token === token ||
    each.group === group ||
    inControlGroup.has(each.pid) ||
    starts.get(each.pid) === each.startTime ||
    (controlGroup === undefined && limitMarkOf(each) === mark);
}

const limitMarks = new WeakMap<ProcessEntry, { readonly mark: string | undefined }>();

/** Read when it is asked for, and once for all who share a table. */
export function limitMarkOf(entry: ProcessEntry): string | undefined {
  const known = limitMarks.get(entry) ?? { mark: readLimitMark(entry.pid) };
  limitMarks.set(entry, known);
  return known.mark;
}

/** False when the pid is free, or has been given to another process since. */
export function isSameProcess(entry: ProcessId): boolean {
  return readStat(entry.pid)?.startTime === entry.startTime;
}

/** As isSameProcess, but true also for one that has ended and was not waited for: its pid is not free yet. */
export function hasPid({ pid, startTime }: ProcessId): boolean {
  return readRawStartTime(pid) === startTime;
}

/** Also of one that has ended and was not waited for. */
export function readRawStartTime(pid: number): string | undefined {
  const stat = readRawStat(pid);
  return stat === undefined ? undefined : String(stat.startTicks);
}

export function readStartTime(pid: number): string | undefined {
  return readStat(pid)?.startTime;
}

/** Undefined when there is no such process, or no /proc. */
export function identify(pid: number): ProcessId | undefined {
  const startTime = readStartTime(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

function listPids(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function readEntry(pid: number): ProcessEntry | undefined {
  const stat = readStat(pid);
  return stat === undefined ? undefined : { pid, ...stat, token: readToken(pid) };
}

function readStat(pid: number): Omit<ProcessEntry, 'pid' | 'token'> | undefined {
  const stat = readRawStat(pid);
  if (stat === undefined || isEnded(stat)) return undefined;
  const { name, parent, group, startTicks } = stat;
  return { parent, group, name, startTime: String(startTicks) };
}

function readRawStat(pid: number): ProcStat | undefined {
  return parseStat(readProcFile(pid, 'stat'));
}

function readToken(pid: number): string | undefined {
  const entry = readProcFile(pid, 'environ')
    .split('\0')
    .find((each) => each.startsWith(`${TOKEN_VARIABLE}=`));
  return entry?.slice(TOKEN_VARIABLE.length + 1);
}

/** Processes end while we look, and other users' are closed to us: both read as empty. */
function readProcFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
