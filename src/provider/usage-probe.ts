// What the services of a transaction cost now: measures for those who ask, as often as makes sense.

import { closingError } from './closing-error.js';
import type { Clock } from '../base/clock.js';
import { createDeferred, type Deferred } from '../base/deferred.js';
import type { ServiceId } from '../base/ids.js';
import type { Sample, SampleOptions, Sampler, Target } from '../sampler/sample.js';
import { targetOf } from '../supervision/sample-target.js';
import type { Transaction } from '../supervision/transaction.js';

/** A share of processor time says something over at least this long, and no process is read more often. */
const LEAST_SPAN_MS = 200;
/** What was measured longer ago says nothing of now. */
const FRESH_MS = 5000;

export interface UsageProbePorts {
  readonly clock: Clock;
  readonly createSampler: () => Sampler;
}

export interface UsageProbeOptions extends SampleOptions {
  /** Only this service is measured. */
  readonly only?: ServiceId | undefined;
}

/** Of one kind of question to one transaction: others must not shorten the time between its samples. */
interface Gauge {
  readonly sampler: Sampler;
  /** When each process was measured last. */
  measuredMs: ReadonlyMap<string, number>;
  lastMs: number;
  pending: Promise<ReadonlyMap<ServiceId, Sample>> | undefined;
}

export class UsageProbe {
  readonly #ports: UsageProbePorts;
  readonly #gauges = new Map<string, Gauge>();
  readonly #pauses = new Set<Deferred<void>>();
  #isClosed = false;

  constructor(ports: UsageProbePorts) {
    this.#ports = ports;
  }

  /**
   * The samples of those services that have a process. A process that was not measured in the last seconds
   * is measured twice, so that its share of processor time is that of now. Those who ask the same at the
   * same time get the same. Rejects with CTX_ENDING when the provider ends meanwhile.
   */
  measure(transaction: Transaction, options: UsageProbeOptions): Promise<ReadonlyMap<ServiceId, Sample>> {
    const gauge = this.#gaugeOf(`${transaction.id} ${JSON.stringify(options)}`);
    gauge.pending ??= this.#measure(gauge, transaction, options).finally(() => {
      gauge.pending = undefined;
    });
    return gauge.pending;
  }

  close(): void {
    this.#isClosed = true;
    for (const pause of this.#pauses) pause.reject(closingError());
  }

  async #measure(
    gauge: Gauge,
    transaction: Transaction,
    { only, ...options }: UsageProbeOptions,
  ): Promise<ReadonlyMap<ServiceId, Sample>> {
    const { clock } = this.#ports;
    const targets = () =>
      targetsOf(transaction).filter(({ service }) => only === undefined || service === only);
    const freshMs = clock.monotonic() - FRESH_MS;
    const isFresh = ({ target }: ServiceTarget) =>
      (gauge.measuredMs.get(keyOf(target)) ?? -Infinity) > freshMs;
    if (!targets().every(isFresh)) await this.#sample(gauge, targets(), {});
    await this.#pause(gauge.lastMs + LEAST_SPAN_MS - clock.monotonic());
    return await this.#sample(gauge, targets(), options);
  }

  async #sample(
    gauge: Gauge,
    services: readonly ServiceTarget[],
    options: SampleOptions,
  ): Promise<ReadonlyMap<ServiceId, Sample>> {
    const targets = services.map(({ target }) => target);
    const samples = await gauge.sampler.sample(targets, options);
    gauge.lastMs = this.#ports.clock.monotonic();
    gauge.measuredMs = new Map(targets.map((target) => [keyOf(target), gauge.lastMs]));
    return new Map(
      services.flatMap(({ service }, index) => {
        const sample = samples[index];
        return sample === undefined ? [] : [[service, sample] as const];
      }),
    );
  }

  async #pause(durationMs: number): Promise<void> {
    if (durationMs <= 0) return;
    if (this.#isClosed) throw closingError();
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

  #gaugeOf(key: string): Gauge {
    const known = this.#gauges.get(key);
    if (known !== undefined) return known;
    const sampler = this.#ports.createSampler();
    const gauge: Gauge = { sampler, measuredMs: new Map(), lastMs: -Infinity, pending: undefined };
    this.#gauges.set(key, gauge);
    return gauge;
  }
}

export interface ServiceTarget {
  readonly service: ServiceId;
  readonly target: Target;
}

/** The processes of a transaction's services; those of services without one are left out. */
export function targetsOf(transaction: Transaction): readonly ServiceTarget[] {
  return [...transaction.snapshot.services.values()].flatMap((service) => {
    const target = targetOf(transaction, service);
    return target === undefined ? [] : [{ service: service.definition.id, target }];
  });
}

function keyOf({ pid, tid }: Target): string {
  return `${pid}/${tid ?? ''}`;
}
