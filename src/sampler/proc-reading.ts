// One look at /proc: every process is read at most once, however many targets want it.

import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import type { CpuMeter } from './cpu-meter.js';
import {
  parseAuxv,
  parseBootTime,
  parseIo,
  parsePss,
  parseStatm,
  parseUptime,
  type Machine,
} from './parse-proc.js';
import { isEnded, nameStatus, parseStat, type ProcStat } from './parse-stat.js';
import { countFds, listFolder, readLargeFile, readSmallFile } from './proc-file.js';
import type { ProcessFigures, Target } from './sample.js';
import type { TreeMember, TreeReading } from './tree-meter.js';
import { groupByParent, walkDown } from './tree.js';

/** What does not change while the machine runs. */
export function readMachine(): Machine {
  const words = new BigUint64Array(new Uint8Array(readAuxv()).buffer);
  const bootedAtMs = parseBootTime(readLargeFile('/proc/stat') ?? '');
  return { ...parseAuxv(words), bootedAtMs, memoryBytes: totalmem() };
}

/** Closed even to ourselves when we have given up the rights of another user. */
function readAuxv(): Uint8Array {
  try {
    return readFileSync('/proc/self/auxv');
  } catch {
    return new Uint8Array();
  }
}

interface Seen extends ProcStat {
  /** When it was read, on the clock of performance.now. */
  readonly readAtMs: number;
}

export interface ReadingPorts {
  readonly machine: Machine;
  readonly cpu: { readonly processes: CpuMeter; readonly threads: CpuMeter };
  readonly hasPss: boolean;
}

/** A look at all processes of the machine; what costs more is read of those that are asked for. */
export class ProcReading {
  readonly #ports: ReadingPorts;
  readonly #uptimeMs = parseUptime(readSmallFile('/proc/uptime') ?? '');
  readonly #startedAtMs = performance.now();
  readonly #seen: ReadonlyMap<number, Seen>;
  readonly #children: ReadonlyMap<number, readonly number[]>;
  readonly #figures = new Map<number, ProcessFigures | undefined>();

  constructor(ports: ReadingPorts) {
    this.#ports = ports;
    this.#seen = readAll();
    this.#children = groupByParent(this.#seen);
  }

  /** Undefined for one that has ended. */
  main(pid: number): ProcessFigures | undefined {
    const seen = this.#seen.get(pid);
    return seen === undefined || isEnded(seen) ? undefined : this.figures(pid);
  }

  /** Undefined for one that is not there; a zombie is. */
  figures(pid: number): ProcessFigures | undefined {
    if (!this.#figures.has(pid)) this.#figures.set(pid, this.#read(pid));
    return this.#figures.get(pid);
  }

  /** All that descend from a process, at any depth. */
  descendants(pid: number): readonly number[] {
    return this.#below(this.#children.get(pid)).filter((each) => each !== pid);
  }

  /** Status and cpu of one thread of a process; undefined when it has ended. */
  thread(pid: number, tid: number): Pick<ProcessFigures, 'status' | 'cpuPercent'> | undefined {
    const seen = readStat(`/proc/${pid}/task/${tid}/stat`);
    if (seen === undefined || isEnded(seen)) return undefined;
    return { status: nameStatus(seen.state), cpuPercent: this.#percent('threads', tid, seen) };
  }

  /** All that descend from what this one thread has started; none where the system does not tell. */
  descendantsOfThread(pid: number, tid: number): readonly number[] {
    const pids = readLargeFile(`/proc/${pid}/task/${tid}/children`)?.split(' ') ?? [];
    return this.#below(pids.filter((each) => each !== '').map(Number));
  }

  /** The processor time of a target and of those below it; undefined when the target has ended. */
  tree({ pid, tid }: Target, below: readonly number[]): TreeReading | undefined {
    const root = this.#seen.get(pid);
    const thread = tid === undefined ? undefined : readStat(`/proc/${pid}/task/${tid}/stat`);
    if (root === undefined || (tid !== undefined && thread === undefined)) return undefined;
    const members = new Map<number, TreeMember>();
    for (const each of below) {
      const seen = this.#seen.get(each);
      if (seen !== undefined) members.set(each, this.#memberOf(seen));
    }
    // Ended children are counted for a process as a whole: which of its threads had started them is not told.
    members.set(pid, this.#memberOf(thread === undefined ? root : { ...thread, endedTicks: 0 }));
    const isAlive = (one: number, start: number) => this.#seen.get(one)?.startTicks === start;
    return { root: pid, key: `${pid}/${tid ?? ''}`, atMs: root.readAtMs, members, isAlive };
  }

  #memberOf(seen: Seen): TreeMember {
    return {
      start: seen.startTicks,
      parent: seen.parent,
      ownMs: this.#ticksToMs(seen.cpuTicks),
      endedMs: this.#ticksToMs(seen.endedTicks),
      ageMs: this.#ageOf(seen),
    };
  }

  #below(children: readonly number[] | undefined): readonly number[] {
    return walkDown(children ?? [], (pid) => this.#children.get(pid));
  }

  #read(pid: number): ProcessFigures | undefined {
    const seen = this.#seen.get(pid);
    const memory = parseStatm(readSmallFile(`/proc/${pid}/statm`) ?? '');
    if (seen === undefined || memory === undefined) return undefined;
    const { machine, hasPss } = this.#ports;
    const rssBytes = memory.rss * machine.pageBytes;
    const io = parseIo(readSmallFile(`/proc/${pid}/io`) ?? '');
    const fds = countFds(pid);
    const pssBytes = hasPss ? parsePss(readSmallFile(`/proc/${pid}/smaps_rollup`) ?? '') : undefined;
    return {
      pid,
      parent: seen.parent,
      name: seen.name,
      status: nameStatus(seen.state),
      startedAtMs: machine.bootedAtMs + this.#ticksToMs(seen.startTicks),
      rssBytes,
      vmsBytes: memory.vms * machine.pageBytes,
      memoryPercent: (rssBytes / machine.memoryBytes) * 100,
      cpuPercent: this.#percent('processes', pid, seen),
      threads: seen.threads,
      ...io,
      ...(fds === undefined ? {} : { fds }),
      ...(pssBytes === undefined ? {} : { pssBytes }),
    };
  }

  #percent(of: 'processes' | 'threads', id: number, seen: Seen): number {
    return this.#ports.cpu[of].percent(id, {
      start: seen.startTicks,
      cpuMs: this.#ticksToMs(seen.cpuTicks),
      atMs: seen.readAtMs,
      ageMs: this.#ageOf(seen),
    });
  }

  #ageOf(seen: Seen): number {
    return this.#uptimeMs + (seen.readAtMs - this.#startedAtMs) - this.#ticksToMs(seen.startTicks);
  }

  #ticksToMs(ticks: number): number {
    return (ticks * 1000) / this.#ports.machine.ticksPerSecond;
  }
}

function readAll(): ReadonlyMap<number, Seen> {
  const all = new Map<number, Seen>();
  for (const name of listFolder('/proc') ?? []) {
    const pid = Number(name);
    if (Number.isNaN(pid)) continue;
    const seen = readStat(`/proc/${name}/stat`);
    if (seen !== undefined) all.set(pid, seen);
  }
  return all;
}

function readStat(path: string): Seen | undefined {
  const text = readSmallFile(path);
  const stat = text === undefined ? undefined : parseStat(text);
  return stat === undefined ? undefined : { ...stat, readAtMs: performance.now() };
}
