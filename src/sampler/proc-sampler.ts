// Measures processes on Linux, by reading /proc.

import { availableParallelism } from 'node:os';
import { CpuMeter } from './cpu-meter.js';
import { parseSmaps, type Machine } from './parse-proc.js';
import { ProcFds } from './proc-fds.js';
import { readLargeFile } from './proc-file.js';
import { ProcReading, readMachine } from './proc-reading.js';
import type { ProcessFigures, Sample, SampleOptions, Sampler, Target } from './sample.js';
import { sumFigures } from './totals.js';
import { TreeMeter } from './tree-meter.js';

export class ProcSampler implements Sampler {
  readonly #cpu = { processes: new CpuMeter(), threads: new CpuMeter() };
  readonly #trees = new TreeMeter(availableParallelism());
  readonly #machine: Machine = readMachine();

  sample(targets: readonly Target[], options: SampleOptions = {}): Promise<readonly (Sample | undefined)[]> {
    return new Promise((resolve) => resolve(this.#take(targets, options)));
  }

  /** In one go: waiting in between would cost more than it spares others. */
  #take(targets: readonly Target[], options: SampleOptions): readonly (Sample | undefined)[] {
    const atMs = Date.now();
    const reading = new ProcReading({ machine: this.#machine, cpu: this.#cpu, hasPss: options.pss === true });
    const fds = new ProcFds();
    const samples = targets.map((target) => {
      const startMs = performance.now();
      const figures = this.#takeFigures(reading, target);
      if (figures === undefined) return undefined;
      const details = takeDetails(fds, [figures.main, ...figures.children], options);
      return { ...figures, ...details, atMs, elapsedMs: performance.now() - startMs };
    });
    for (const meter of [...Object.values(this.#cpu), this.#trees]) meter.forgetOthers();
    return samples;
  }

  #takeFigures(
    reading: ProcReading,
    target: Target,
  ): Pick<Sample, 'main' | 'children' | 'total'> | undefined {
    const main = readMain(reading, target);
    if (main === undefined) return undefined;
    const { pid, tid } = target;
    const below = tid === undefined ? reading.descendants(pid) : reading.descendantsOfThread(pid, tid);
    const children = below.flatMap((each) => reading.figures(each) ?? []);
    const tree = reading.tree(target, below);
    const sums = sumFigures([main, ...children]);
    const total = tree === undefined ? sums : { ...sums, cpuPercent: this.#trees.percent(tree) };
    return { main, children, total };
  }
}

function readMain(reading: ProcReading, { pid, tid }: Target): ProcessFigures | undefined {
  const main = reading.main(pid);
  if (main === undefined || tid === undefined) return main;
  const thread = reading.thread(pid, tid);
  return thread === undefined ? undefined : { ...main, ...thread };
}

/** Files and connections are those of the whole tree, maps those of its root; left out if that is closed to us. */
function takeDetails(
  fds: ProcFds,
  tree: readonly [ProcessFigures, ...ProcessFigures[]],
  options: SampleOptions,
): Pick<Sample, 'connections' | 'openedFiles' | 'memoryMaps'> {
  const pids = tree.map(({ pid }) => pid);
  const [root] = tree;
  const smaps = options.memoryMaps === true ? readLargeFile(`/proc/${root.pid}/smaps`) : undefined;
  const asks = (about: keyof SampleOptions) => options[about] === true && !fds.isClosed(root.pid);
  return {
    ...(asks('openConnections') ? { connections: pids.flatMap((pid) => fds.connections(pid)) } : {}),
    ...(asks('openedFiles') ? { openedFiles: pids.flatMap((pid) => fds.openedFiles(pid)) } : {}),
    ...(smaps === undefined ? {} : { memoryMaps: parseSmaps(smaps) }),
  };
}
