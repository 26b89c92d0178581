// What measuring processes costs: this sampler, and pidusage with systeminformation, on the same processes in one run.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import pidusage from 'pidusage';
import { processes } from 'systeminformation';
import { createSampler } from '../src/sampler/sampler.js';
import { atMost, composeMeasurement, type Measurement } from './measurement.js';

/** Milliseconds of CPU time for one sample of all the processes. */
export interface MonitorRow {
  readonly sampler: 'contextd' | 'pidusage + systeminformation';
  /** What was measured: idle node processes, or `sleep`. */
  readonly of: 'node' | 'sleep';
  readonly processes: number;
  /** All processes there were then: one look at the machine finds the children of all. */
  readonly onMachine: number;
  readonly rounds: number;
  /** Of this process. */
  readonly medianMs: number;
  readonly leastMs: number;
  readonly maxPauseMs: number;
  /** With the tools that were started for it (ps, cat); known in steps of 10 ms. */
  readonly medianWithToolsMs: number;
  /** Of each round. */
  readonly costs: readonly Cost[];
}

interface Cost {
  readonly ownMs: number;
  readonly toolsMs: number;
}

const ROUNDS = 9;
/** Rounds that do not count: code is compiled in them. */
const WARM_UP = 5;

/** What the others need, at most, is ten times as much. */
const GOAL = 0.1;

/** The rows as lines of the table. Starts up to 1,000 processes, and ends them. */
export async function measureMonitorFigures(): Promise<readonly Measurement[]> {
  return composeMonitorFigures(await measureMonitor());
}

export function composeMonitorFigures(rows: readonly MonitorRow[]): readonly Measurement[] {
  const [ours, tools] = (['contextd', 'pidusage + systeminformation'] as const).map((sampler) =>
    findRow(rows, (row) => row.sampler === sampler && row.of === 'node'),
  ) as [MonitorRow, MonitorRow];
  const [few, many] = [100, 1000].map((count) =>
    findRow(rows, (row) => row.of === 'sleep' && row.processes === count),
  ) as [MonitorRow, MonitorRow];
  const own = (row: MonitorRow) => row.costs.map(({ ownMs }) => ownMs);
  const all = (row: MonitorRow) => row.costs.map(({ ownMs, toolsMs }) => ownMs + toolsMs);
  const compared = { baseline: tools.sampler, unit: 'ms CPU', goal: atMost(GOAL) };
  const what = `sample of ${ours.processes} processes`;
  return [
    composeMeasurement({ name: `${what}, own CPU`, ...compared, ours: own(ours), base: own(tools) }),
    composeMeasurement({
      name: `${what}, with its child processes`,
      ...compared,
      ours: all(ours),
      base: all(tools),
    }),
    composeMeasurement({
      name: `sample of ${many.processes} processes`,
      baseline: `of ${few.processes}`,
      unit: 'ms CPU',
      ours: all(many),
      base: all(few),
    }),
  ];
}

function findRow(rows: readonly MonitorRow[], is: (row: MonitorRow) => boolean): MonitorRow {
  const row = rows.find(is);
  if (row === undefined) throw new Error('it was not measured');
  return row;
}

/** Starts up to 1,000 processes, and ends them. Takes about a minute; Linux only. */
export async function measureMonitor(): Promise<readonly MonitorRow[]> {
  const rows: MonitorRow[] = [];
  await withProcesses('node', 100, async (pids) => {
    rows.push(await measure('contextd', 'node', pids));
    rows.push(await measure('pidusage + systeminformation', 'node', pids));
  });
  for (const count of [100, 300, 1000])
    await withProcesses('sleep', count, async (pids) => {
      rows.push(await measure('contextd', 'sleep', pids));
    });
  return rows;
}

async function measure(
  sampler: MonitorRow['sampler'],
  of: MonitorRow['of'],
  pids: readonly number[],
): Promise<MonitorRow> {
  const sample = sampler === 'contextd' ? sampleByContextd(pids) : sampleByTools(pids);
  const costs: Cost[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    // Sooner than after half a second systeminformation only repeats its last answer.
    if (sampler !== 'contextd') await new Promise((resolve) => setTimeout(resolve, 600));
    const cost = await costOf(sample);
    if (round >= 0) costs.push(cost);
  }
  const own = sorted(costs.map(({ ownMs }) => ownMs));
  const all = sorted(costs.map(({ ownMs, toolsMs }) => ownMs + toolsMs));
  const middle = (ROUNDS - 1) / 2;
  return {
    sampler,
    of,
    processes: pids.length,
    onMachine: readdirSync('/proc').filter((name) => Number(name) > 0).length,
    rounds: ROUNDS,
    medianMs: own[middle] ?? NaN,
    leastMs: own[0] ?? NaN,
    maxPauseMs: own.at(-1) ?? NaN,
    medianWithToolsMs: all[middle] ?? NaN,
    costs,
  };
}

function sorted(costs: readonly number[]): readonly number[] {
  return costs.map((each) => Math.round(each * 100) / 100).sort((one, other) => one - other);
}

function sampleByContextd(pids: readonly number[]): () => Promise<void> {
  const sampler = createSampler();
  const targets = pids.map((pid) => ({ pid }));
  return async () => {
    const samples = await sampler.sample(targets);
    if (samples.some((each) => each?.main.fds === undefined)) throw new Error('a process was not measured');
  };
}

/** As one would do it: cpu and memory of the one, size, state and parents of the other, and fds counted. */
function sampleByTools(pids: readonly number[]): () => Promise<void> {
  return async () => {
    const usage: Readonly<Record<string, { readonly memory: number } | null>> = await pidusage([...pids]);
    const { list } = await processes();
    const known = new Set(list.map(({ pid }) => pid));
    const fds = await Promise.all(pids.map((pid) => readdir(`/proc/${pid}/fd`)));
    if (pids.some((pid, index) => !usage[pid] || !known.has(pid) || fds[index] === undefined))
      throw new Error('a process was not measured');
  };
}

async function costOf(act: () => Promise<void>): Promise<Cost> {
  const toolsBefore = readToolsMs();
  const before = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(before);
  return { ownMs: (user + system) / 1000, toolsMs: readToolsMs() - toolsBefore };
}

/** CPU time of the children that have ended: fields 16 and 17 of proc(5), in ticks of 10 ms. */
function readToolsMs(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

/** Runs `use` beside so many idle processes, which have all come to rest, and ends them. */
async function withProcesses(
  kind: MonitorRow['of'],
  count: number,
  use: (pids: readonly number[]) => Promise<void>,
): Promise<void> {
  const started: ChildProcess[] = [];
  try {
    for (let index = 0; index < count; index += 1) {
      const child = startOne(kind);
      started.push(child);
      // One after the other: a hundred programs that start together are in each other's way.
      await (child.stdout === null ? once(child, 'spawn') : once(child.stdout, 'data'));
    }
    await use(started.map(({ pid }) => pid ?? 0));
  } finally {
    const ended = started.filter(({ pid }) => pid !== undefined).map((child) => once(child, 'exit'));
    for (const child of started) child.kill('SIGKILL');
    await Promise.all(ended);
  }
}

function startOne(kind: MonitorRow['of']): ChildProcess {
  if (kind === 'sleep') return spawn('sleep', ['600'], { stdio: 'ignore' });
  const idle = 'console.log("here"); setInterval(() => undefined, 1e6)';
  return spawn(process.execPath, ['-e', idle], { stdio: ['ignore', 'pipe', 'ignore'] });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const row of await measureMonitor()) process.stdout.write(`${JSON.stringify(row)}\n`);
}
