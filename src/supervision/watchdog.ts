// Watches the services that have limits: measures them from time to time, and tells the supervisor of an excess.

import type { Clock } from '../base/clock.js';
import type { ServiceId } from '../base/ids.js';
import { supervisionOf } from '../model/context.js';
import type { Limit } from '../model/limits.js';
import type { Sample, Sampler, Target } from '../sampler/sample.js';
import { targetOf } from './sample-target.js';
import { composeReading, judgeLimits, type Watched } from './limits.js';
import type { ExceededRun } from './supervisor.js';
import type { Transaction } from './transaction.js';

/** How often; a service that has exceeded a limit with for_s="0" is known after as long. */
const LOOK_MS = 1000;
/** Somebody held up the provider, or stopped it: what happened meanwhile is unknown. */
const MOST_LOOKS_MISSED = 3;

export interface WatchdogPorts {
  readonly clock: Clock;
  readonly createSampler: () => Sampler;
  readonly transactions: () => Iterable<Transaction>;
  readonly exceed: (transaction: Transaction, service: ServiceId, excess: ExceededRun) => void;
  /** A look went wrong; the next one follows all the same. */
  readonly reject: (error: unknown) => void;
}

/** A run of a service that has limits. */
interface WatchedRun {
  readonly key: string;
  readonly transaction: Transaction;
  readonly service: ServiceId;
  readonly run: number;
  readonly limits: readonly Limit[];
  readonly target: Target;
}

export class Watchdog {
  readonly #ports: WatchdogPorts;
  #sampler: Sampler | undefined;
  #watched: ReadonlyMap<string, Watched> = new Map();
  #cancel: () => void = () => undefined;
  #isClosed = false;

  constructor(ports: WatchdogPorts) {
    this.#ports = ports;
    this.#schedule(LOOK_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  #schedule(delayMs: number): void {
    if (!this.#isClosed) this.#cancel = this.#ports.clock.after(delayMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { clock, reject } = this.#ports;
    const startedMs = clock.monotonic();
    try {
      await this.#measure([...this.#ports.transactions()].flatMap(wardsOf));
    } catch (error) {
      reject(error);
    }
    this.#schedule(Math.max(0, LOOK_MS - (clock.monotonic() - startedMs)));
  }

  async #measure(wards: readonly WatchedRun[]): Promise<void> {
    if (wards.length === 0) {
      this.#watched = new Map();
      return;
    }
    this.#sampler ??= this.#ports.createSampler();
    const pss = wards.some(({ limits }) => limits.some(({ metric }) => metric === 'pss'));
    const targets = wards.map(({ target }) => target);
    const samples = await this.#sampler.sample(targets, { pss });
    if (this.#isClosed) return;
    const before = this.#watched;
    const after = new Map<string, Watched>();
    this.#watched = after;
    wards.forEach((ward, index) => {
      const sample = samples[index];
      const watched =
        sample === undefined ? before.get(ward.key) : this.#judge(ward, before.get(ward.key), sample);
      if (watched !== undefined) after.set(ward.key, watched);
    });
  }

  #judge(ward: WatchedRun, before: Watched | undefined, sample: Sample): Watched {
    const { transaction, service, run, limits } = ward;
    const lagMs = transaction.vitals.get(service)?.lagMs;
    const { watched, exceeded } = judgeLimits(limits, before, {
      reading: composeReading(sample, { isFirst: before === undefined, lagMs }),
      atMs: this.#ports.clock.monotonic(),
      gapMs: MOST_LOOKS_MISSED * LOOK_MS,
    });
    for (const excess of exceeded) this.#ports.exceed(transaction, service, { run, excess });
    return watched;
  }
}

/** Started services that have limits, and a process. */
function wardsOf(transaction: Transaction): readonly WatchedRun[] {
  return [...transaction.snapshot.services.values()].flatMap((service) => {
    const { definition, run, status } = service;
    const limits = supervisionOf(definition).limit;
    const target = targetOf(transaction, service);
    if (limits.length === 0 || status !== 'started' || target === undefined) return [];
    const key = `${transaction.id}/${definition.id}/${run}`;
    return [{ key, transaction, service: definition.id, run, limits, target }];
  });
}
