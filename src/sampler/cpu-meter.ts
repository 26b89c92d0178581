// How busy something was between two readings of its clock; knows a reused pid by its start.

export interface CpuReading {
  /** When it was started: anything that differs between two owners of one pid. */
  readonly start: number;
  readonly cpuMs: number;
  /** When this was read, on a clock that never goes back. */
  readonly atMs: number;
  /** How long it has lived. */
  readonly ageMs: number;
}

interface Known extends CpuReading {
  readonly percent: number;
}

/** The system counts in steps of 10 ms: what lies closer together tells nothing, and the last figure stands. */
const LEAST_MS = 50;

/** Of many processes, or many threads, by their ids. */
export class CpuMeter {
  #known = new Map<number, Known>();
  #asked = new Map<number, Known>();

  /** Percent of one core since the last reading of the same one; since its start where there is none. */
  percent(id: number, reading: CpuReading): number {
    const before = this.#known.get(id);
    const known = before?.start === reading.start ? renew(before, reading) : begin(reading);
    this.#asked.set(id, known);
    return known.percent;
  }

  /** Ends a round: those it did not ask for are forgotten. */
  forgetOthers(): void {
    this.#known = this.#asked;
    this.#asked = new Map();
  }
}

function begin(reading: CpuReading): Known {
  return { ...reading, percent: reading.ageMs > 0 ? (reading.cpuMs / reading.ageMs) * 100 : 0 };
}

function renew(before: Known, reading: CpuReading): Known {
  const passedMs = reading.atMs - before.atMs;
  if (passedMs < LEAST_MS) return before;
  return { ...reading, percent: (Math.max(0, reading.cpuMs - before.cpuMs) / passedMs) * 100 };
}
