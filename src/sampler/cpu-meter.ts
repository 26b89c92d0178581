// CPU usage of processes or threads between two readings; detects reused ids by their start time.

export interface CpuReading {
  /** Start time, in any unit; distinguishes processes that reuse a pid. */
  readonly start: number;
  readonly cpuMs: number;
  /** Time of this reading, on a monotonic clock. */
  readonly atMs: number;
  /** Time since its start. */
  readonly ageMs: number;
}

interface Measured extends CpuReading {
  readonly percent: number;
}

/** The system counts CPU time in steps of 10 ms: for shorter intervals the previous value is returned. */
const MIN_INTERVAL_MS = 50;

/** Measures many processes or threads by their ids. */
export class CpuMeter {
  #previous = new Map<number, Measured>();
  #current = new Map<number, Measured>();

  /** Returns the percentage of one core since the previous reading of the same process; since its start for the first reading. */
  percent(id: number, reading: CpuReading): number {
    const before = this.#previous.get(id);
    const known = before?.start === reading.start ? update(before, reading) : begin(reading);
    this.#current.set(id, known);
    return known.percent;
  }

  /** Ends a round: forgets all ids that were not measured in it. */
  endRound(): void {
    this.#previous = this.#current;
    this.#current = new Map();
  }
}

function begin(reading: CpuReading): Measured {
  return { ...reading, percent: reading.ageMs > 0 ? (reading.cpuMs / reading.ageMs) * 100 : 0 };
}

function update(before: Measured, reading: CpuReading): Measured {
  const passedMs = reading.atMs - before.atMs;
  if (passedMs < MIN_INTERVAL_MS) return before;
  return { ...reading, percent: (Math.max(0, reading.cpuMs - before.cpuMs) / passedMs) * 100 };
}
