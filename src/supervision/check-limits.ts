// Decides from samples over time which limits have been exceeded for long enough. Pure.

import type { Limit, LimitMetric } from '../model/limits.js';
import type { Sample } from '../sampler/sample.js';
import type { LimitBreach } from './snapshot.js';

/** The measurement at one moment. Metrics that could not be measured are missing. */
export type MetricValues = Readonly<Partial<Record<LimitMetric, number>>>;

/** A breach that lasts: since when, and whether it has been reported. */
interface OngoingBreach {
  readonly sinceMs: number;
  readonly isReported: boolean;
}

/** The state of one run between measurements. */
export interface BreachState {
  readonly lastMs: number;
  /** By limit. A limit that a reload changes starts from zero. */
  readonly ongoing: ReadonlyMap<string, OngoingBreach>;
}

export interface LimitCheck {
  readonly state: BreachState;
  readonly breaches: readonly LimitBreach[];
}

/** A breach of a run that must be handled. */
export interface RunLimitBreach {
  readonly run: number;
  readonly breach: LimitBreach;
}

/** One measurement of a run. */
export interface Measurement {
  readonly values: MetricValues;
  readonly atMs: number;
  /** Measurements further apart than this prove nothing about the time between them. */
  readonly maxGapMs: number;
}

/** Each breach is reported once. It is reported again only after the value was within the limit. */
export function checkLimits(
  limits: readonly Limit[],
  before: BreachState | undefined,
  { values, atMs, maxGapMs }: Measurement,
): LimitCheck {
  const isGap = before === undefined || atMs - before.lastMs > maxGapMs;
  const ongoing = new Map<string, OngoingBreach>();
  const breaches: LimitBreach[] = [];
  for (const limit of limits) {
    const last = before?.ongoing.get(keyOf(limit));
    // After a gap the duration is unknown, but a report that was made stays made.
    const known = isGap && last?.isReported !== true ? undefined : last;
    const value = values[limit.metric];
    // A missing value neither ends a breach nor confirms it.
    if (value === undefined) {
      if (known !== undefined) ongoing.set(keyOf(limit), known);
      continue;
    }
    if (value <= limit.above) continue;
    const sinceMs = known?.sinceMs ?? atMs;
    const isDue = atMs - sinceMs >= limit.for_s * 1000;
    if (isDue && known?.isReported !== true) breaches.push({ limit, value });
    ongoing.set(keyOf(limit), { sinceMs, isReported: isDue || known?.isReported === true });
  }
  return { state: { lastMs: atMs, ongoing }, breaches };
}

const MIB = 1024 * 1024;

/** Totals of the process tree. The cpu value of a first sample is the mean since the start: limits ignore it. */
export function toMetricValues(
  { total, children }: Sample,
  more: { readonly isFirst: boolean; readonly lagMs: number | undefined },
): MetricValues {
  const { fds, pssBytes } = total;
  return {
    rss: total.rssBytes / MIB,
    vms: total.vmsBytes / MIB,
    threads: total.threads,
    children: children.length,
    ...(more.isFirst ? {} : { cpu: total.cpuPercent }),
    ...(fds === undefined ? {} : { fds }),
    ...(pssBytes === undefined ? {} : { pss: pssBytes / MIB }),
    ...(more.lagMs === undefined ? {} : { event_loop_lag_ms: more.lagMs }),
  };
}

function keyOf({ metric, above, for_s: seconds, event }: Limit): string {
  return `${metric} ${above} ${seconds} ${event}`;
}
