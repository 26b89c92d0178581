// The processes of this machine, read from /proc: who carries a token, who is in a group, who descends.

import { readdirSync, readFileSync } from 'node:fs';
import { TOKEN_VARIABLE } from '../../messages/host-bootstrap.js';
import { isEnded, parseStat } from '../../sampler/parse-stat.js';

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly name: string;
  /** In clock ticks since boot; with the pid it names a process for good. */
  readonly startTime: string;
  readonly token: string | undefined;
}

/** All living processes; zombies are dead already. Empty where there is no /proc. */
export function readProcessTable(): readonly ProcessEntry[] {
  return listPids().flatMap((pid) => readEntry(pid) ?? []);
}

/** Those of `table` that belong to a service: by token, by process group, or below one that does. */
export function findMembers(
  table: readonly ProcessEntry[],
  service: { readonly token: string; readonly group: number },
): readonly ProcessEntry[] {
  const members = new Set<number>();
  for (const each of table) {
    if (each.token === service.token || each.group === service.group) members.add(each.pid);
  }
  for (let before = -1; before !== members.size;) {
    before = members.size;
    for (const each of table) if (members.has(each.parent)) members.add(each.pid);
  }
  return table.filter((each) => members.has(each.pid));
}

/** False when the pid is free, or has been given to another process since. */
export function isSameProcess(entry: ProcessEntry): boolean {
  return readStat(entry.pid)?.startTime === entry.startTime;
}

export function readStartTime(pid: number): string | undefined {
  return readStat(pid)?.startTime;
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
  const stat = parseStat(readProcFile(pid, 'stat'));
  if (stat === undefined || isEnded(stat)) return undefined;
  const { name, parent, group, startTicks } = stat;
  return { parent, group, name, startTime: String(startTicks) };
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
