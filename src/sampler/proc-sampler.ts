// Measures processes on Linux, by reading /proc.

import { CpuMeter } from './cpu-meter.js';
import { parseSmaps, type Machine } from './parse-proc.js';
import { ProcFds } from './proc-fds.js';
import { readLargeFile } from './proc-file.js';
import { ProcReading, readMachine } from './proc-reading.js';
import type { ProcessFigures, Sample, SampleOptions, Sampler, Target } from './sample.js';
import { sumFigures } from './totals.js';

export class ProcSampler implements Sampler {
  readonly #cpu = { processes: new CpuMeter(), threads: new CpuMeter() };
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
      const figures = takeFigures(reading, target);
      if (figures === undefined) return undefined;
      const details = takeDetails(fds, [figures.main, ...figures.children], options);
      return { ...figures, ...details, atMs, elapsedMs: performance.now() - startMs };
    });
    for (const meter of Object.values(this.#cpu)) meter.forgetOthers();
    return samples;
  }
}

function takeFigures(
  reading: ProcReading,
  target: Target,
): Pick<Sample, 'main' | 'children' | 'total'> | undefined {
  const main = readMain(reading, target);
  if (main === undefined) return undefined;
  const { pid, tid } = target;
  const below = tid === undefined ? reading.descendants(pid) : reading.descendantsOfThread(pid, tid);
  const children = below.flatMap((each) => reading.figures(each) ?? []);
  return { main, children, total: sumFigures([main, ...children]) };
}

function readMain(reading: ProcReading, { pid, tid }: Target): ProcessFigures | undefined {
  const main = reading.main(pid);
  if (main === undefined || tid === undefined) return main;
  const thread = reading.thread(pid, tid);
  return thread === undefined ? undefined : { ...main, ...thread };
}

/** Files and connections are those of the whole tree, maps those of its root. */
function takeDetails(
  fds: ProcFds,
  tree: readonly [ProcessFigures, ...ProcessFigures[]],
  options: SampleOptions,
): Pick<Sample, 'connections' | 'openedFiles' | 'memoryMaps'> {
  const pids = tree.map(({ pid }) => pid);
  return {
    ...(options.openConnections === true ? { connections: fds.connections(pids) } : {}),
    ...(options.openedFiles === true ? { openedFiles: pids.flatMap((pid) => fds.openedFiles(pid)) } : {}),
    ...(options.memoryMaps === true
      ? { memoryMaps: parseSmaps(readLargeFile(`/proc/${tree[0].pid}/smaps`) ?? '') }
      : {}),
  };
}
