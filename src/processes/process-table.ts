// The processes of this machine, read from /proc, and which of them belong to a run.

import { readdirSync, readFileSync } from 'node:fs';
import { isEnded, parseStat, type ProcStat } from '../sampler/parse-stat.js';
import { listControlGroup } from './control-group.js';
import { composeRlimitTag, readRlimitTag } from './rlimit-tag.js';
import { TOKEN_VARIABLE } from './run-token.js';

/** Identifies a process uniquely, because pids are reused. */
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
  /** See rlimit-tag.ts. */
  readonly rlimitTag?: string | undefined;
}

/** An entry of the process table. Reads the rlimit tag when it is needed, once for all users of the table. */
class ReadEntry implements ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly name: string;
  readonly startTime: string;
  readonly token: string | undefined;
  #tag: { readonly value: string | undefined } | undefined;

  constructor(pid: number, { parent, group, name, startTime }: ReadStat) {
    this.pid = pid;
    this.parent = parent;
    this.group = group;
    this.name = name;
    this.startTime = startTime;
    this.token = readVariable(pid, TOKEN_VARIABLE);
  }

  get rlimitTag(): string | undefined {
    this.#tag ??= { value: readRlimitTag(this.pid) };
    return this.#tag.value;
  }
}

/** Criteria by which the processes of a run are found. */
export interface RunSelector {
  readonly token: string;
  /** The main process of a service, the leader of its process group. Undefined for a thread. */
  readonly leader?: ProcessId | undefined;
  readonly controlGroup?: string | undefined;
  /** Recorded descendants of the leader. */
  readonly descendants?: readonly ProcessId[];
}

/** Lists all running processes, without zombies. Empty on systems without /proc. */
export function readProcessTable(): readonly ProcessEntry[] {
  return listPids().flatMap((pid) => readEntry(pid) ?? []);
}

/** Reads parent, group and start time of all running processes; half as expensive as the process table. */
export function readRelations(): ReadonlyMap<number, Pick<ProcessEntry, 'parent' | 'group' | 'startTime'>> {
  return new Map(
    listPids().flatMap((pid) => {
      const stat = readStat(pid);
      return stat === undefined ? [] : [[pid, stat] as const];
    }),
  );
}

/**
 * Returns the processes of `table` that belong to a run by token, control group, rlimit tag or recorded descent, and
 * their descendants. The process group counts only while its leader runs: later its id may be reused.
 */
export function findMembers(table: readonly ProcessEntry[], run: RunSelector): readonly ProcessEntry[] {
  const isMember = createMatcher(table, run);
  const members = new Set<number>();
  for (const each of table) if (isMember(each)) members.add(each.pid);
  for (let before = -1; before !== members.size;) {
    before = members.size;
    for (const each of table) if (members.has(each.parent)) members.add(each.pid);
  }
  return table.filter((each) => members.has(each.pid));
}

function createMatcher(table: readonly ProcessEntry[], run: RunSelector): (entry: ProcessEntry) => boolean {
  const { token, leader, controlGroup, descendants: known = [] } = run;
  const isLeader = (each: ProcessEntry) => each.pid === leader?.pid && each.startTime === leader.startTime;
  const group = table.some(isLeader) ? leader?.pid : undefined;
  const inControlGroup = new Set(controlGroup === undefined ? [] : listControlGroup(controlGroup));
  const starts = new Map(known.map(({ pid, startTime }) => [pid, startTime]));
  const tag = composeRlimitTag(token);
  return (each) =>
    each.token === token ||
    each.group === group ||
    inControlGroup.has(each.pid) ||
    starts.get(each.pid) === each.startTime ||
    (controlGroup === undefined && each.rlimitTag === tag);
}

/** Returns false if the process has ended, even if its pid is reused. */
export function isSameProcess(entry: ProcessId): boolean {
  return readStat(entry.pid)?.startTime === entry.startTime;
}

/** Like isSameProcess, but also true for a zombie: its pid is not free yet. */
export function holdsPid({ pid, startTime }: ProcessId): boolean {
  return readRawStartTime(pid) === startTime;
}

/** Returns the start time of a process, also of a zombie. */
export function readRawStartTime(pid: number): string | undefined {
  const stat = readRawStat(pid);
  return stat === undefined ? undefined : String(stat.startTicks);
}

export function readStartTime(pid: number): string | undefined {
  return readStat(pid)?.startTime;
}

/** Returns undefined if the process does not exist, or without /proc. */
export function readProcessId(pid: number): ProcessId | undefined {
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
  return stat === undefined ? undefined : new ReadEntry(pid, stat);
}

type ReadStat = Pick<ProcessEntry, 'parent' | 'group' | 'name' | 'startTime'>;

function readStat(pid: number): ReadStat | undefined {
  const stat = readRawStat(pid);
  if (stat === undefined || isEnded(stat)) return undefined;
  const { name, parent, group, startTicks } = stat;
  return { parent, group, name, startTime: String(startTicks) };
}

function readRawStat(pid: number): ProcStat | undefined {
  return parseStat(readProcFile(pid, 'stat'));
}

/** Reads a variable from the environment with which a process was started; undefined if it has none or is not readable. */
export function readVariable(pid: number, name: string): string | undefined {
  const entry = readProcFile(pid, 'environ')
    .split('\0')
    .find((each) => each.startsWith(`${name}=`));
  return entry?.slice(name.length + 1);
}

/** Returns '' if the process has ended or belongs to another user. */
function readProcFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
