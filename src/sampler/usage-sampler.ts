// Measures processes where there is no /proc, with pidusage and systeminformation; they are loaded when needed.

import { totalmem } from 'node:os';
import { systemClock } from '../base/clock.js';
import { hasErrnoCode } from '../base/errors.js';
import { CpuMeter } from './cpu-meter.js';
import type { OpenConnection, ProcessFigures, Sample, SampleOptions, Sampler, Target } from './sample.js';
import { sumFigures } from './totals.js';
import { groupByParent, walkDown } from './tree.js';
import { composeConnections } from './usage-connections.js';

const LIST_LASTS_MS = 550;
/** The tools tell ages in whole seconds: starts this close together are one. */
const SAME_START_MS = 2500;
const KIB = 1024;

interface Listed {
  readonly parent: number;
  readonly name: string;
  readonly state: string;
  readonly vmsBytes: number;
}

interface Usage {
  readonly memory: number;
  readonly ctime: number;
  readonly elapsed: number;
  readonly timestamp: number;
}

/**
 * Threads, files and maps are left out: these tools do not tell them. A thread is measured as its process,
 * and connections are without the number of their file. Children may be missed in their first half a second.
 */
export class UsageSampler implements Sampler {
  readonly #cpu = new CpuMeter();
  #starts = new Map<number, number>();

  async sample(
    targets: readonly Target[],
    options: SampleOptions = {},
  ): Promise<readonly (Sample | undefined)[]> {
    const [atMs, startMs] = [Date.now(), performance.now()];
    const listed = await listWith(targets.map(({ pid }) => pid));
    const childrenOf = groupByParent(listed);
    const trees = targets.map(({ pid }) => walkDown([pid], (each) => childrenOf.get(each)));
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
        total: sumFigures(members),
        ...(connections === undefined
          ? {}
          : { connections: members.flatMap(({ pid }) => connections.get(pid) ?? []) }),
        atMs,
        elapsedMs: performance.now() - startMs,
      };
    });
  }

  #compose(
    listed: ReadonlyMap<number, Listed>,
    used: ReadonlyMap<number, Usage>,
  ): ReadonlyMap<number, ProcessFigures> {
    const starts = new Map<number, number>();
    const figures = [...used].flatMap(([pid, usage]): readonly [number, ProcessFigures][] => {
      const known = listed.get(pid);
      if (known === undefined) return [];
      const { timestamp, elapsed, ctime, memory } = usage;
      const start = this.#startOf(pid, timestamp - elapsed);
      starts.set(pid, start);
      const reading = { start, cpuMs: ctime, atMs: timestamp, ageMs: elapsed };
      const one: ProcessFigures = {
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
    this.#cpu.forgetOthers();
    return new Map(figures);
  }

  /** The same for one process each time, though what the tools tell wavers. */
  #startOf(pid: number, startMs: number): number {
    const before = this.#starts.get(pid);
    return before !== undefined && Math.abs(before - startMs) < SAME_START_MS ? before : startMs;
  }
}

/** systeminformation repeats its last answer for half a second: who was born since is waited for. */
async function listWith(pids: readonly number[]): Promise<ReadonlyMap<number, Listed>> {
  const listed = await readList();
  if (!pids.some((pid) => !listed.has(pid) && isThere(pid))) return listed;
  await new Promise<void>((resolve) => systemClock.after(LIST_LASTS_MS, resolve));
  return readList();
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasErrnoCode(error, 'EPERM');
  }
}

async function readList(): Promise<ReadonlyMap<number, Listed>> {
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

async function readUsage(pids: readonly number[]): Promise<ReadonlyMap<number, Usage>> {
  if (pids.length === 0) return new Map();
  const { default: pidusage } = await import('pidusage');
  try {
    const found: Readonly<Record<string, Usage | null>> = await pidusage([...pids]);
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
