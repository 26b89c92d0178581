// Keeps the samples of services in memory: one ring buffer per service, limited in length and number.

import { METRICS, type Metric } from '../messages/sample-history.js';

/** The maximum number of samples per service. */
const MAX_POINTS = 86_400;
/** The maximum size of all rings in bytes; it limits the number of services. */
const MAX_BYTES = 128 * 1024 * 1024;
const BYTES_PER_POINT = Float64Array.BYTES_PER_ELEMENT + METRICS.length * Float32Array.BYTES_PER_ELEMENT;
/** The initial size of a ring, which doubles up to its full length. */
const FIRST_POINTS = 64;
/** A service without a sample for this many periods has ended. */
const ENDED_PERIODS = 2.5;

export type Values = Readonly<Partial<Record<Metric, number>>>;
/** Seconds since the epoch, and the value; null if it could not be measured. */
export type Point = [number, number | null];

export interface HistoryOptions {
  readonly periodS: number;
  /** How long samples are kept, in seconds. */
  readonly spanS: number;
  readonly maxBytes?: number;
}

export class History {
  readonly #length: number;
  readonly #maxServices: number;
  readonly #periodS: number;
  readonly #rings = new Map<string, Ring>();

  constructor({ periodS, spanS, maxBytes = MAX_BYTES }: HistoryOptions) {
    this.#periodS = periodS;
    this.#length = Math.min(MAX_POINTS, Math.ceil(spanS / periodS));
    this.#maxServices = Math.max(1, Math.floor(maxBytes / (Math.max(1, this.#length) * BYTES_PER_POINT)));
  }

  get serviceIds(): readonly string[] {
    return [...this.#rings.keys()];
  }

  /** Adds a sample of a service; `atS` is in seconds since the epoch. */
  add(serviceId: string, atS: number, values: Values): void {
    if (this.#length === 0) return;
    const ring = this.#rings.get(serviceId) ?? this.#add(serviceId, atS);
    ring?.push(atS, values);
  }

  /** Returns the samples since `sinceS`, oldest first; undefined for an unknown service. */
  read(serviceId: string, metric: Metric, sinceS = -Infinity): readonly Point[] | undefined {
    return this.#rings.get(serviceId)?.read(metric, sinceS);
  }

  /** Adds a ring. If the limit is reached, replaces the service that ended first, or returns undefined. */
  #add(serviceId: string, atS: number): Ring | undefined {
    if (this.#rings.size >= this.#maxServices) {
      const ended = this.#findEnded(atS);
      if (ended === undefined) return undefined;
      this.#rings.delete(ended);
    }
    const ring = new Ring(this.#length);
    this.#rings.set(serviceId, ring);
    return ring;
  }

  /** Finds the service that ended first. A service with a sample in the last round is alive. */
  #findEnded(atS: number): string | undefined {
    let found: { readonly id: string; readonly lastS: number } | undefined;
    for (const [id, { lastS }] of this.#rings) {
      if (lastS < atS - ENDED_PERIODS * this.#periodS && lastS < (found?.lastS ?? Infinity))
        found = { id, lastS };
    }
    return found?.id;
  }
}

class Ring {
  readonly #length: number;
  #times: Float64Array;
  #columns: Readonly<Record<Metric, Float32Array>>;
  /** The number of samples ever added; modulo the size, the index of the next one. */
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

  /** Must be called before the ring wraps around: only then are the samples in order. */
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
