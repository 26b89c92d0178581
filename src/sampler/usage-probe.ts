// Measures processes on demand, and not more often than a measurement is meaningful.

import type { Clock } from '../base/clock.js';
import { createDeferred, type Deferred } from '../base/deferred.js';
import type { Sample, SampleOptions, Sampler, Target } from './sample.js';

/** The least time between two samples of a process: a share of processor time over less says little. */
const LEAST_SPAN_MS = 200;
/** A sample that is older does not say what a process uses now. */
const FRESH_MS = 5000;

export interface UsageProbePorts {
  readonly clock: Clock;
  readonly createSampler: (options: { readonly clock: Clock }) => Sampler;
}

/** A process to measure, and the key of its sample in the result. */
export interface UsageTarget<Key> {
  readonly key: Key;
  readonly target: Target;
}

export interface UsageRequest<Key> {
  /** Requests of one kind share their measurements; others must not shorten the time between their samples. */
  readonly kind: string;
  /** Returns the processes as they are now. */
  readonly targets: () => readonly UsageTarget<Key>[];
  readonly options: SampleOptions;
}

type Samples<Key> = ReadonlyMap<Key, Sample>;

/** The measurements of one kind of request. */
interface Meter<Key> {
  readonly sampler: Sampler;
  /** When each process was measured last. */
  measuredMs: ReadonlyMap<string, number>;
  lastMs: number;
  pending: Promise<Samples<Key>> | undefined;
}

export class UsageProbe<Key> {
  readonly #ports: UsageProbePorts;
  readonly #meters = new Map<string, Meter<Key>>();
  readonly #pauses = new Set<Deferred<void>>();
  #closedBy: Error | undefined;

  constructor(ports: UsageProbePorts) {
    this.#ports = ports;
  }

  /**
   * Resolves with the samples of those processes that exist. A process without a recent sample is measured twice, so that
   * its share of processor time is the present one. Equal requests at the same time share one measurement.
   * Rejects with the error of `close`.
   */
  measure(request: UsageRequest<Key>): Promise<Samples<Key>> {
    const meter = this.#meterOf(request.kind);
    meter.pending ??= this.#measure(meter, request).finally(() => {
      meter.pending = undefined;
    });
    return meter.pending;
  }

  /** Rejects the measurements that wait, and all later ones that would have to wait. */
  close(error: Error): void {
    this.#closedBy = error;
    for (const pause of this.#pauses) pause.reject(error);
  }

  async #measure(meter: Meter<Key>, { targets, options }: UsageRequest<Key>): Promise<Samples<Key>> {
    const { clock } = this.#ports;
    const freshMs = clock.monotonic() - FRESH_MS;
    const isFresh = ({ target }: UsageTarget<Key>) =>
      (meter.measuredMs.get(nameOf(target)) ?? -Infinity) > freshMs;
    if (!targets().every(isFresh)) await this.#sample(meter, targets(), {});
    await this.#pause(meter.lastMs + LEAST_SPAN_MS - clock.monotonic());
    return await this.#sample(meter, targets(), options);
  }

  async #sample(
    meter: Meter<Key>,
    measured: readonly UsageTarget<Key>[],
    options: SampleOptions,
  ): Promise<Samples<Key>> {
    const targets = measured.map(({ target }) => target);
    const samples = await meter.sampler.sample(targets, options);
    meter.lastMs = this.#ports.clock.monotonic();
    meter.measuredMs = new Map(targets.map((target) => [nameOf(target), meter.lastMs]));
    return new Map(
      measured.flatMap(({ key }, index) => {
        const sample = samples[index];
        return sample === undefined ? [] : [[key, sample] as const];
      }),
    );
  }

  async #pause(durationMs: number): Promise<void> {
    if (durationMs <= 0) return;
    if (this.#closedBy !== undefined) throw this.#closedBy;
    const over = createDeferred<void>();
    this.#pauses.add(over);
    const cancel = this.#ports.clock.after(durationMs, () => over.resolve());
    try {
      await over.promise;
    } finally {
      cancel();
      this.#pauses.delete(over);
    }
  }

  #meterOf(kind: string): Meter<Key> {
    const known = this.#meters.get(kind);
    if (known !== undefined) return known;
    const sampler = this.#ports.createSampler(this.#ports);
    const meter: Meter<Key> = { sampler, measuredMs: new Map(), lastMs: -Infinity, pending: undefined };
    this.#meters.set(kind, meter);
    return meter;
  }
}

function nameOf({ pid, tid }: Target): string {
  return `${pid}/${tid ?? ''}`;
}
