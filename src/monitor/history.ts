// What services have cost: a ring of samples for each, in memory, bounded in length and in number.

import { METRICS, type Metric } from '../messages/sample-history.js';

/** Of one service; more samples than that are not kept, however long and often. */
const MOST_POINTS = 86_400;
/** All rings together, in bytes; it decides how many services have one. */
const MOST_BYTES = 128 * 1024 * 1024;
const BYTES_A_POINT = Float64Array.BYTES_PER_ELEMENT + METRICS.length * Float32Array.BYTES_PER_ELEMENT;
/** A ring begins small and doubles until it has its length. */
const FIRST_POINTS = 64;
/** A round may come late; who has missed more than two has gone. */
const GONE_PERIODS = 2.5;

export type Values = Readonly<Partial<Record<Metric, number>>>;
/** Seconds since the epoch, and the value, null where it was not to be had. */
export type Point = [number, number | null];

export interface HistoryOptions {
  readonly periodS: number;
  /** How far back samples are kept, in seconds. */
  readonly spanS: number;
  readonly mostBytes?: number;
}

export class History {
  readonly #length: number;
  readonly #mostServices: number;
  readonly #periodS: number;
  readonly #rings = new Map<string, Ring>();

  constructor({ periodS, spanS, mostBytes = MOST_BYTES }: HistoryOptions) {
    this.#periodS = periodS;
    this.#length = Math.min(MOST_POINTS, Math.ceil(spanS / periodS));
    this.#mostServices = Math.max(1, Math.floor(mostBytes / (Math.max(1, this.#length) * BYTES_A_POINT)));
  }

  get serviceIds(): readonly string[] {
    return [...this.#rings.keys()];
  }

  /** Notes a sample of a service; `atS` is in seconds since the epoch. */
  note(serviceId: string, atS: number, values: Values): void {
    if (this.#length === 0) return;
    const ring = this.#rings.get(serviceId) ?? this.#add(serviceId, atS);
    ring?.push(atS, values);
  }

  /** Oldest first; undefined for a service of which nothing is kept. */
  read(serviceId: string, metric: Metric, sinceS = -Infinity): readonly Point[] | undefined {
    return this.#rings.get(serviceId)?.read(metric, sinceS);
  }

  /** When all places are taken, that of the service that has been gone for longest, if one has gone. */
  #add(serviceId: string, atS: number): Ring | undefined {
    if (this.#rings.size >= this.#mostServices) {
      const gone = this.#longestGone(atS);
      if (gone === undefined) return undefined;
      this.#rings.delete(gone);
    }
    const ring = new Ring(this.#length);
    this.#rings.set(serviceId, ring);
    return ring;
  }

  /** Who had a sample in the last round is there, though its turn in this round may not have come yet. */
  #longestGone(atS: number): string | undefined {
    let found: { readonly id: string; readonly lastS: number } | undefined;
    for (const [id, { lastS }] of this.#rings) {
      if (lastS < atS - GONE_PERIODS * this.#periodS && lastS < (found?.lastS ?? Infinity))
        found = { id, lastS };
    }
    return found?.id;
  }
}

class Ring {
  readonly #length: number;
  #times: Float64Array;
  #columns: Readonly<Record<Metric, Float32Array>>;
  /** How many there were ever; the next one goes to this place, modulo the size. */
  #count = 0;
  lastS = -Infinity;

  constructor(length: number) {
    const size = Math.min(FIRST_POINTS, length);
    this.#length = length;
    this.#times = new Float64Array(size);
    this.#columns = createColumns(() => new Float32Array(size));
  }

  push(atS: number, values: Values): void {
    if (this.#count === this.#times.length && this.#count < this.#length) this.#grow();
    const place = this.#count % this.#times.length;
    this.#times[place] = atS;
    for (const metric of METRICS) this.#columns[metric][place] = values[metric] ?? NaN;
    this.#count += 1;
    this.lastS = atS;
  }

  read(metric: Metric, sinceS: number): readonly Point[] {
    const size = this.#times.length;
    const kept = Math.min(this.#count, size);
    const column = this.#columns[metric];
    const places = Array.from({ length: kept }, (_, index) => (this.#count - kept + index) % size);
    return places
      .map((place): Point => {
        const value = column[place] ?? NaN;
        return [this.#times[place] ?? 0, Number.isNaN(value) ? null : value];
      })
      .filter(([atS]) => atS >= sinceS);
  }

  /** Only while it is not full for the first time: then places and ages have the same order. */
  #grow(): void {
    const size = Math.min(this.#length, this.#times.length * 2);
    const [times, columns] = [this.#times, this.#columns];
    this.#times = new Float64Array(size);
    this.#times.set(times);
    this.#columns = createColumns((metric) => {
      const column = new Float32Array(size);
      column.set(columns[metric]);
      return column;
    });
  }
}

function createColumns(create: (metric: Metric) => Float32Array): Readonly<Record<Metric, Float32Array>> {
  return Object.fromEntries(METRICS.map((metric) => [metric, create(metric)])) as Record<
    Metric,
    Float32Array
  >;
}
