// Measures processes on Linux by reading /proc.

import { availableParallelism } from 'node:os';
import type { Clock } from '../base/clock.js';
import { CpuMeter } from './cpu-meter.js';
import { parseSmaps, type Machine } from './parse-proc.js';
import { ProcFds } from './proc-fds.js';
import { ProcReader } from './proc-file.js';
import { ProcSnapshot, readMachine } from './proc-snapshot.js';
import type { ProcessUsage, Sample, SampleOptions, Sampler, Target } from './sample.js';
import { sumUsage } from './sum-usage.js';
import { TreeMeter } from './tree-meter.js';

export class ProcSampler implements Sampler {
  readonly #cpu = { processes: new CpuMeter(), threads: new CpuMeter() };
  readonly #trees = new TreeMeter(availableParallelism());
  readonly #machine: Machine = readMachine();
  readonly #reader = new ProcReader();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  sample(targets: readonly Target[], options: SampleOptions = {}): Promise<readonly (Sample | undefined)[]> {
    return new Promise((resolve) => resolve(this.#take(targets, options)));
  }

  /** Synchronous on purpose: asynchronous reads of /proc cost more than they save. */
  #take(targets: readonly Target[], options: SampleOptions): readonly (Sample | undefined)[] {
    const [clock, reader] = [this.#clock, this.#reader];
    const atMs = clock.now();
    const snapshot = new ProcSnapshot({
      clock,
      reader,
      machine: this.#machine,
      cpu: this.#cpu,
      hasPss: options.pss === true,
    });
    const fds = new ProcFds(reader);
    const samples = targets.map((target) => {
      const startMs = clock.monotonic();
      const usage = this.#sampleTree(snapshot, target);
      if (usage === undefined) return undefined;
      const details = this.#readDetails(fds, [usage.main, ...usage.children], options);
      return { ...usage, ...details, atMs, elapsedMs: clock.monotonic() - startMs };
    });
    for (const meter of [...Object.values(this.#cpu), this.#trees]) meter.endRound();
    return samples;
  }

  #sampleTree(
    snapshot: ProcSnapshot,
    target: Target,
  ): Pick<Sample, 'main' | 'children' | 'total'> | undefined {
    const main = readMain(snapshot, target);
    if (main === undefined) return undefined;
    const { pid, tid } = target;
    const below = tid === undefined ? snapshot.descendants(pid) : snapshot.descendantsOfThread(pid, tid);
    const children = below.flatMap((each) => snapshot.usage(each) ?? []);
    const tree = snapshot.tree(target, below);
    const sums = sumUsage([main, ...children]);
    const total = tree === undefined ? sums : { ...sums, cpuPercent: this.#trees.percent(tree) };
    return { main, children, total };
  }

  /** Reads files and connections of the whole tree and memory maps of its root; leaves out what is not permitted. */
  #readDetails(
    fds: ProcFds,
    tree: readonly [ProcessUsage, ...ProcessUsage[]],
    options: SampleOptions,
  ): Pick<Sample, 'connections' | 'openedFiles' | 'memoryMaps'> {
    const pids = tree.map(({ pid }) => pid);
    const [root] = tree;
    const smaps = options.memoryMaps === true ? this.#reader.readLarge(`/proc/${root.pid}/smaps`) : undefined;
    const isRequested = (about: keyof SampleOptions) =>
      options[about] === true && !fds.isUnreadable(root.pid);
    return {
      ...(isRequested('openConnections') ? { connections: pids.flatMap((pid) => fds.connections(pid)) } : {}),
      ...(isRequested('openedFiles') ? { openedFiles: pids.flatMap((pid) => fds.openedFiles(pid)) } : {}),
      ...(smaps === undefined ? {} : { memoryMaps: parseSmaps(smaps) }),
    };
  }
}

function readMain(snapshot: ProcSnapshot, { pid, tid }: Target): ProcessUsage | undefined {
  const main = snapshot.main(pid);
  if (main === undefined || tid === undefined) return main;
  const thread = snapshot.thread(pid, tid);
  return thread === undefined ? undefined : { ...main, ...thread };
}
