// Measures processes on Linux, by reading /proc.

import { CpuMeter } from './cpu-meter.js';
import type { Machine } from './parse-proc.js';
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
    const samples = targets.map((target) => takeOne(reading, target, atMs));
    for (const meter of Object.values(this.#cpu)) meter.forgetOthers();
    return samples;
  }
}

function takeOne(reading: ProcReading, target: Target, atMs: number): Sample | undefined {
  const startMs = performance.now();
  const main = readMain(reading, target);
  if (main === undefined) return undefined;
  const { pid, tid } = target;
  const below = tid === undefined ? reading.descendants(pid) : reading.descendantsOfThread(pid, tid);
  const children = below.flatMap((each) => reading.figures(each) ?? []);
  return {
    main,
    children,
    total: sumFigures([main, ...children]),
    atMs,
    elapsedMs: performance.now() - startMs,
  };
}

function readMain(reading: ProcReading, { pid, tid }: Target): ProcessFigures | undefined {
  const main = reading.main(pid);
  if (main === undefined || tid === undefined) return main;
  const thread = reading.thread(pid, tid);
  return thread === undefined ? undefined : { ...main, ...thread };
}
