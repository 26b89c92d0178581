// A snapshot of /proc for one sampling round: reads every process at most once.

import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import type { Clock } from '../base/clock.js';
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
import { listFolder, readText, type ProcReader } from './proc-file.js';
import type { ProcessUsage, Target } from './sample.js';
import type { TreeMember, TreeReading } from './tree-meter.js';
import { groupByParent, collectDescendants } from './tree.js';

/** Reads the constants of this machine. */
export function readMachine(): Machine {
  const words = new BigUint64Array(new Uint8Array(readAuxv()).buffer);
  const bootedAtMs = parseBootTime(readText('/proc/stat') ?? '');
  return { ...parseAuxv(words), bootedAtMs, memoryBytes: totalmem() };
}

/** Not readable after this process has dropped the privileges of another user. */
function readAuxv(): Uint8Array {
  try {
    return readFileSync('/proc/self/auxv');
  } catch {
    return new Uint8Array();
  }
}

interface TimedStat extends ProcStat {
  /** Time of the reading, by the monotonic clock. */
  readonly readAtMs: number;
}

export interface ProcSnapshotOptions {
  readonly clock: Clock;
  readonly reader: ProcReader;
  readonly machine: Machine;
  readonly cpu: { readonly processes: CpuMeter; readonly threads: CpuMeter };
  readonly hasPss: boolean;
}

/** Stats of all processes of the machine; reads more expensive values only on request. */
export class ProcSnapshot {
  readonly #options: ProcSnapshotOptions;
  readonly #uptimeMs: number;
  readonly #startedAtMs: number;
  readonly #stats: ReadonlyMap<number, TimedStat>;
  readonly #children: ReadonlyMap<number, readonly number[]>;
  readonly #usage = new Map<number, ProcessUsage | undefined>();

  constructor(ports: ProcSnapshotOptions) {
    this.#options = ports;
    this.#uptimeMs = parseUptime(ports.reader.readSmall('/proc/uptime') ?? '');
    this.#startedAtMs = ports.clock.monotonic();
    this.#stats = this.#readAll();
    this.#children = groupByParent(this.#stats);
  }

  /** Returns undefined for an ended process. */
  main(pid: number): ProcessUsage | undefined {
    const seen = this.#stats.get(pid);
    return seen === undefined || isEnded(seen) ? undefined : this.usage(pid);
  }

  /** Returns undefined for a process that does not exist; a zombie exists. */
  usage(pid: number): ProcessUsage | undefined {
    if (!this.#usage.has(pid)) this.#usage.set(pid, this.#read(pid));
    return this.#usage.get(pid);
  }

  /** Returns all descendants of a process. */
  descendants(pid: number): readonly number[] {
    return this.#collect(this.#children.get(pid)).filter((each) => each !== pid);
  }

  /** Returns status and CPU usage of one thread; undefined if it has ended. */
  thread(pid: number, tid: number): Pick<ProcessUsage, 'status' | 'cpuPercent'> | undefined {
    const seen = this.#readStat(`/proc/${pid}/task/${tid}/stat`);
    if (seen === undefined || isEnded(seen)) return undefined;
    return { status: nameStatus(seen.state), cpuPercent: this.#percent('threads', tid, seen) };
  }

  /** Returns the descendants of the children that one thread started; empty if the system does not provide them. */
  descendantsOfThread(pid: number, tid: number): readonly number[] {
    const pids = this.#options.reader.readLarge(`/proc/${pid}/task/${tid}/children`)?.split(' ') ?? [];
    return this.#collect(pids.filter((each) => each !== '').map(Number));
  }

  /** Returns the CPU time of a target and its descendants; undefined if the target has ended. */
  tree({ pid, tid }: Target, below: readonly number[]): TreeReading | undefined {
    const root = this.#stats.get(pid);
    const thread = tid === undefined ? undefined : this.#readStat(`/proc/${pid}/task/${tid}/stat`);
    if (root === undefined || (tid !== undefined && thread === undefined)) return undefined;
    const members = new Map<number, TreeMember>();
    for (const each of below) {
      const seen = this.#stats.get(each);
      if (seen !== undefined) members.set(each, this.#memberOf(seen));
    }
    // Linux counts ended children for the whole process, not for the thread that started them.
    members.set(pid, this.#memberOf(thread === undefined ? root : { ...thread, endedTicks: 0 }));
    const isAlive = (one: number, start: number) => this.#stats.get(one)?.startTicks === start;
    return { root: pid, key: `${pid}/${tid ?? ''}`, atMs: root.readAtMs, members, isAlive };
  }

  #memberOf(seen: TimedStat): TreeMember {
    return {
      start: seen.startTicks,
      parent: seen.parent,
      ownMs: this.#ticksToMs(seen.cpuTicks),
      endedMs: this.#ticksToMs(seen.endedTicks),
      ageMs: this.#ageOf(seen),
    };
  }

  #collect(children: readonly number[] | undefined): readonly number[] {
    return collectDescendants(children ?? [], (pid) => this.#children.get(pid));
  }

  #read(pid: number): ProcessUsage | undefined {
    const seen = this.#stats.get(pid);
    const { machine, hasPss, reader } = this.#options;
    const memory = parseStatm(reader.readSmall(`/proc/${pid}/statm`) ?? '');
    if (seen === undefined || memory === undefined) return undefined;
    const rssBytes = memory.rss * machine.pageBytes;
    const io = parseIo(reader.readSmall(`/proc/${pid}/io`) ?? '');
    const fds = reader.countFds(pid);
    const pssBytes = hasPss ? parsePss(reader.readSmall(`/proc/${pid}/smaps_rollup`) ?? '') : undefined;
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

  #percent(of: 'processes' | 'threads', id: number, seen: TimedStat): number {
    return this.#options.cpu[of].percent(id, {
      start: seen.startTicks,
      cpuMs: this.#ticksToMs(seen.cpuTicks),
      atMs: seen.readAtMs,
      ageMs: this.#ageOf(seen),
    });
  }

  #ageOf(seen: TimedStat): number {
    return this.#uptimeMs + (seen.readAtMs - this.#startedAtMs) - this.#ticksToMs(seen.startTicks);
  }

  #ticksToMs(ticks: number): number {
    return (ticks * 1000) / this.#options.machine.ticksPerSecond;
  }

  #readAll(): ReadonlyMap<number, TimedStat> {
    const all = new Map<number, TimedStat>();
    for (const name of listFolder('/proc') ?? []) {
      const pid = Number(name);
      if (Number.isNaN(pid)) continue;
      const seen = this.#readStat(`/proc/${name}/stat`);
      if (seen !== undefined) all.set(pid, seen);
    }
    return all;
  }

  #readStat(path: string): TimedStat | undefined {
    const { reader, clock } = this.#options;
    const text = reader.readSmall(path);
    const stat = text === undefined ? undefined : parseStat(text);
    return stat === undefined ? undefined : { ...stat, readAtMs: clock.monotonic() };
  }
}
