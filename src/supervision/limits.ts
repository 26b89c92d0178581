// Samples over time -> which limits have been exceeded for as long as they say. Pure.

import type { Limit, LimitMetric } from '../model/limits.js';
import type { Sample } from '../sampler/sample.js';
import type { LimitBreach } from './snapshot.js';

/** What was measured at one moment; what could not be measured is missing. */
export type Reading = Readonly<Partial<Record<LimitMetric, number>>>;

/** One excess: since when it lasts, and whether it has been told. */
interface Standing {
  readonly sinceMs: number;
  readonly isTold: boolean;
}

/** What is remembered of one run between readings. */
export interface Watched {
  readonly lastMs: number;
  /** Of the limits exceeded now; a limit that a reload changes begins anew. */
  readonly standing: ReadonlyMap<string, Standing>;
}

export interface Judgement {
  readonly watched: Watched;
  readonly exceeded: readonly LimitBreach[];
}

export interface Moment {
  readonly atMs: number;
  /** Readings further apart than this say nothing of the time between them. */
  readonly gapMs: number;
}

/** An excess is told once; after that only when it has been over in the meantime. */
export function judgeLimits(
  limits: readonly Limit[],
  before: Watched | undefined,
  { reading, atMs, gapMs }: Moment & { readonly reading: Reading },
): Judgement {
  const isGap = before === undefined || atMs - before.lastMs > gapMs;
  const standing = new Map<string, Standing>();
  const exceeded: LimitBreach[] = [];
  for (const limit of limits) {
    const last = before?.standing.get(keyOf(limit));
    // Nobody knows that it lasted all the time; that it was told is known.
    const known = isGap && last?.isTold !== true ? undefined : last;
    const value = reading[limit.metric];
    // What cannot be seen for a moment is neither over nor confirmed.
    if (value === undefined) {
      if (known !== undefined) standing.set(keyOf(limit), known);
      continue;
    }
    if (value <= limit.above) continue;
    const sinceMs = known?.sinceMs ?? atMs;
    const isDue = atMs - sinceMs >= limit.for_s * 1000;
    if (isDue && known?.isTold !== true) exceeded.push({ limit, value });
    standing.set(keyOf(limit), { sinceMs, isTold: isDue || known?.isTold === true });
  }
  return { watched: { lastMs: atMs, standing }, exceeded };
}

const MIB = 1024 * 1024;

/** Of the whole tree of processes. A first sample's cpu is the mean since the start, which limits nothing. */
export function composeReading(
  { total, children }: Sample,
  more: { readonly isFirst: boolean; readonly lagMs: number | undefined },
): Reading {
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
