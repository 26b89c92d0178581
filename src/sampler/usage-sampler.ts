// Measures processes on systems without /proc, with pidusage and systeminformation, which are loaded on demand.

import { totalmem } from 'node:os';
import type { Clock } from '../base/clock.js';
import { hasErrnoCode } from '../base/errors.js';
import { CpuMeter } from './cpu-meter.js';
import type { OpenConnection, ProcessUsage, Sample, SampleOptions, Sampler, Target } from './sample.js';
import { sumUsage } from './sum-usage.js';
import { groupByParent, collectDescendants } from './tree.js';
import { composeConnections } from './usage-connections.js';

const LIST_CACHE_MS = 550;
/** ps reports ages in whole seconds: start times this close belong to the same process. */
const SAME_START_MS = 2500;
const KIB = 1024;

interface ListedProcess {
  readonly parent: number;
  readonly name: string;
  readonly state: string;
  readonly vmsBytes: number;
}

interface PidUsage {
  readonly memory: number;
  readonly ctime: number;
  readonly elapsed: number;
  readonly timestamp: number;
}

/**
 * Provides no threads, files and memory maps, and no file descriptors of connections, because the tools do not report
 * them. Measures a thread as its process. May miss children in their first half second.
 */
export class UsageSampler implements Sampler {
  readonly #cpu = new CpuMeter();
  readonly #clock: Clock;
  #starts = new Map<number, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async sample(
    targets: readonly Target[],
    options: SampleOptions = {},
  ): Promise<readonly (Sample | undefined)[]> {
    const [atMs, startMs] = [this.#clock.now(), this.#clock.monotonic()];
    const listed = await listIncluding(
      targets.map(({ pid }) => pid),
      this.#clock,
    );
    const childrenOf = groupByParent(listed);
    const trees = targets.map(({ pid }) => collectDescendants([pid], (each) => childrenOf.get(each)));
    const pids = [...new Set(trees.flat())];
    const used = await readUsage(pids);
    const connections = options.openConnections === true ? await readConnections(new Set(pids)) : undefined;
    const figures = this.#compose(listed, used);
    return trees.map((tree) => {
      const [main, ...children] = tree.map((pid) => figures.get(pid));
      if (main === undefined || main.status === 'zombie') return undefined;
      const members = [main, ...children.filter((each) => each !== undefined)];
      return {
        main,
        children: members.slice(1),
        total: sumUsage(members),
        ...(connections === undefined
          ? {}
          : { connections: members.flatMap(({ pid }) => connections.get(pid) ?? []) }),
        atMs,
        elapsedMs: this.#clock.monotonic() - startMs,
      };
    });
  }

  #compose(
    listed: ReadonlyMap<number, ListedProcess>,
    used: ReadonlyMap<number, PidUsage>,
  ): ReadonlyMap<number, ProcessUsage> {
    const starts = new Map<number, number>();
    const figures = [...used].flatMap(([pid, usage]): readonly [number, ProcessUsage][] => {
      const known = listed.get(pid);
      if (known === undefined) return [];
      const { timestamp, elapsed, ctime, memory } = usage;
      const start = this.#startOf(pid, timestamp - elapsed);
      starts.set(pid, start);
      const reading = { start, cpuMs: ctime, atMs: timestamp, ageMs: elapsed };
      const one: ProcessUsage = {
        pid,
        parent: known.parent,
        name: known.name,
        status: known.state,
        startedAtMs: start,
        rssBytes: memory,
        vmsBytes: known.vmsBytes,
        memoryPercent: (memory / totalmem()) * 100,
        cpuPercent: this.#cpu.percent(pid, reading),
        threads: 0,
      };
      return [[pid, one]];
    });
    this.#starts = starts;
    this.#cpu.endRound();
    return new Map(figures);
  }

  /** Returns a stable start time for a process, although the reported age varies. */
  #startOf(pid: number, startMs: number): number {
    const before = this.#starts.get(pid);
    return before !== undefined && Math.abs(before - startMs) < SAME_START_MS ? before : startMs;
  }
}

/** systeminformation caches its result for half a second: waits and reads again if a running pid is missing. */
async function listIncluding(
  pids: readonly number[],
  clock: Clock,
): Promise<ReadonlyMap<number, ListedProcess>> {
  const listed = await readList();
  if (!pids.some((pid) => !listed.has(pid) && isRunning(pid))) return listed;
  await new Promise<void>((resolve) => clock.after(LIST_CACHE_MS, resolve));
  return readList();
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasErrnoCode(error, 'EPERM');
  }
}

async function readList(): Promise<ReadonlyMap<number, ListedProcess>> {
  const { processes } = await import('systeminformation');
  const { list } = await processes();
  return new Map(
    list.map((each) => [
      each.pid,
      {
        parent: each.parentPid,
        name: each.name,
        state: each.state === 'blocked' ? 'disk-sleep' : each.state,
        vmsBytes: each.memVsz * KIB,
      },
    ]),
  );
}

async function readUsage(pids: readonly number[]): Promise<ReadonlyMap<number, PidUsage>> {
  if (pids.length === 0) return new Map();
  const { default: pidusage } = await import('pidusage');
  try {
    const found: Readonly<Record<string, PidUsage | null>> = await pidusage([...pids]);
    return new Map(
      Object.entries(found).flatMap(([pid, usage]) => (usage === null ? [] : [[Number(pid), usage]])),
    );
  } catch (error) {
    if (hasErrnoCode(error, 'ENOENT') || hasErrnoCode(error, 'ESRCH')) return new Map();
    throw error;
  }
}

async function readConnections(
  pids: ReadonlySet<number>,
): Promise<ReadonlyMap<number, readonly OpenConnection[]>> {
  const { networkConnections } = await import('systeminformation');
  return composeConnections(await networkConnections(), pids);
}
