// Samples the services that have resource limits, and reports breaches.

import type { Clock } from '../base/clock.js';
import type { ServiceId } from '../base/ids.js';
import { supervisionOf } from '../model/context.js';
import type { Limit } from '../model/limits.js';
import type { Sample, Sampler, Target } from '../sampler/sample.js';
import { checkLimits, toMetricValues, type BreachState, type RunLimitBreach } from './check-limits.js';
import { targetOf, type Transaction } from './transaction.js';
import type { TransactionStore } from './transaction-store.js';

/** A breach of a limit with for_s="0" is found within this time. */
const SAMPLE_INTERVAL_MS = 1000;
/** After a longer gap (a stopped provider, for instance) the time in between does not count. */
const MAX_MISSED_SAMPLES = 3;

export interface LimitWatchdogPorts {
  readonly clock: Clock;
  readonly createSampler: (options: { readonly clock: Clock }) => Sampler;
  readonly transactions: Pick<TransactionStore, 'all'>;
  readonly onBreach: (transaction: Transaction, service: ServiceId, breach: RunLimitBreach) => void;
  /** A sampling round failed; the next one follows. */
  readonly onError: (error: unknown) => void;
}

interface WatchedRun {
  readonly key: string;
  readonly transaction: Transaction;
  readonly service: ServiceId;
  readonly run: number;
  readonly limits: readonly Limit[];
  readonly target: Target;
}

export class LimitWatchdog {
  readonly #ports: LimitWatchdogPorts;
  #sampler: Sampler | undefined;
  #states: ReadonlyMap<string, BreachState> = new Map();
  #cancel: () => void = () => undefined;
  #isClosed = false;

  constructor(ports: LimitWatchdogPorts) {
    this.#ports = ports;
    this.#schedule(SAMPLE_INTERVAL_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  #schedule(delayMs: number): void {
    if (!this.#isClosed) this.#cancel = this.#ports.clock.after(delayMs, () => void this.#sampleRound());
  }

  async #sampleRound(): Promise<void> {
    const { clock, onError } = this.#ports;
    const startedMs = clock.monotonic();
    try {
      await this.#measure(this.#ports.transactions.all.flatMap(watchedRunsOf));
    } catch (error) {
      onError(error);
    }
    this.#schedule(Math.max(0, SAMPLE_INTERVAL_MS - (clock.monotonic() - startedMs)));
  }

  async #measure(watchedRuns: readonly WatchedRun[]): Promise<void> {
    if (watchedRuns.length === 0) {
      this.#states = new Map();
      return;
    }
    this.#sampler ??= this.#ports.createSampler(this.#ports);
    const pss = watchedRuns.some(({ limits }) => limits.some(({ metric }) => metric === 'pss'));
    const targets = watchedRuns.map(({ target }) => target);
    const samples = await this.#sampler.sample(targets, { pss });
    if (this.#isClosed) return;
    const before = this.#states;
    const after = new Map<string, BreachState>();
    this.#states = after;
    watchedRuns.forEach((watchedRun, index) => {
      const sample = samples[index];
      const state =
        sample === undefined
          ? before.get(watchedRun.key)
          : this.#check(watchedRun, before.get(watchedRun.key), sample);
      if (state !== undefined) after.set(watchedRun.key, state);
    });
  }

  #check(watchedRun: WatchedRun, before: BreachState | undefined, sample: Sample): BreachState {
    const { transaction, service, run, limits } = watchedRun;
    const lagMs = transaction.liveness.get(service)?.lagMs;
    const { state, breaches } = checkLimits(limits, before, {
      values: toMetricValues(sample, { isFirst: before === undefined, lagMs }),
      atMs: this.#ports.clock.monotonic(),
      maxGapMs: MAX_MISSED_SAMPLES * SAMPLE_INTERVAL_MS,
    });
    for (const breach of breaches) this.#ports.onBreach(transaction, service, { run, breach });
    return state;
  }
}

/** The started services that have limits and a process. */
function watchedRunsOf(transaction: Transaction): readonly WatchedRun[] {
  return [...transaction.snapshot.services.values()].flatMap((service) => {
    const { definition, run, status } = service;
    const limits = supervisionOf(definition).limit;
    const target = targetOf(transaction, service);
    if (limits.length === 0 || status !== 'started' || target === undefined) return [];
    const key = `${transaction.id}/${definition.id}/${run}`;
    return [{ key, transaction, service: definition.id, run, limits, target }];
  });
}
