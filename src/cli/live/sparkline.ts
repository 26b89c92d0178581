// Recent values of a service, drawn as sparklines.

import type { TopReply } from '../../messages/samples.js';
import { cpuOf, rssOf } from './row-data.js';

/** Five minutes at one sample per second. */
export const HISTORY_LENGTH = 300;
const BARS = '▁▂▃▄▅▆▇█';

export interface History {
  readonly cpu: readonly number[];
  readonly rss: readonly number[];
  /** Number of samples so far, including those no longer stored. */
  readonly taken: number;
}
/** By service id. */
export type Histories = ReadonlyMap<string, History>;

export const NO_HISTORY: History = { cpu: [], rss: [], taken: 0 };

/** Drops services that are gone; a service without a process counts as 0. */
export function recordSample(histories: Histories, entries: TopReply): Histories {
  return new Map(
    entries.map((entry) => {
      const { cpu, rss, taken } = histories.get(entry.service_id) ?? NO_HISTORY;
      const next = { cpu: append(cpu, cpuOf(entry)), rss: append(rss, rssOf(entry)), taken: taken + 1 };
      return [entry.service_id, next];
    }),
  );
}

function append(values: readonly number[], value: number | undefined): readonly number[] {
  return [...values.slice(1 - HISTORY_LENGTH), value ?? 0];
}

export interface Scale {
  readonly from: number;
  readonly to: number;
}

/** At most `columns` wide, the newest value at the right; each column shows its highest sample. */
export function drawSparkline(
  values: readonly number[],
  taken: number,
  columns: number,
  scale: Scale,
): string {
  if (columns < 1 || values.length === 0) return '';
  return groupSamples(values, taken, columns)
    .map((value) => barFor(value, scale))
    .join('');
}

/** Groups begin at fixed sample numbers, so that the drawing scrolls without flicker. */
function groupSamples(values: readonly number[], taken: number, columns: number): readonly number[] {
  if (values.length <= columns) return values;
  const size = Math.ceil(HISTORY_LENGTH / columns);
  const groups = new Map<number, number>();
  values.forEach((value, index) => {
    const group = Math.floor((taken - values.length + index) / size);
    groups.set(group, Math.max(value, groups.get(group) ?? value));
  });
  return [...groups.values()].slice(-columns);
}

function barFor(value: number, { from, to }: Scale): string {
  const part = to > from ? (value - from) / (to - from) : 0;
  return BARS.charAt(Math.max(0, Math.min(BARS.length - 1, Math.floor(part * BARS.length))));
}

/** From 0 to the highest value, at least 10 percent, so that an idle service has a flat line. */
export function cpuScale(values: readonly number[]): Scale {
  return { from: 0, to: Math.max(10, ...values) };
}

/** From the lowest to the highest value, at least 1 MiB and 5 percent apart, so that noise is a flat line. */
export function rssScale(values: readonly number[]): Scale {
  const from = values.length === 0 ? 0 : Math.min(...values);
  return { from, to: Math.max(from + 1, from * 1.05, ...values) };
}
