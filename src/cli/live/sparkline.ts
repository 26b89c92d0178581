// The last minutes of a figure: kept by the view itself, drawn as one small line.

import type { TopReply } from '../../messages/samples.js';
import { cpuOf, rssOf } from './row.js';

/** Five minutes at one sample per second. */
export const HISTORY_LENGTH = 300;
const BARS = '▁▂▃▄▅▆▇█';

export interface History {
  readonly cpu: readonly number[];
  readonly rss: readonly number[];
  /** How many there have been, those that were forgotten included. */
  readonly taken: number;
}
/** Service id -> what it has cost. */
export type Histories = ReadonlyMap<string, History>;

export const NO_HISTORY: History = { cpu: [], rss: [], taken: 0 };

/** A service that is gone is forgotten; one without a process costs nothing. */
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

/** At most `columns` wide, the newest at the right; each column shows the highest of its samples. */
export function drawSparkline(
  values: readonly number[],
  taken: number,
  columns: number,
  scale: Scale,
): string {
  if (columns < 1 || values.length === 0) return '';
  return gather(values, taken, columns)
    .map((value) => barFor(value, scale))
    .join('');
}

/** Groups begin at fixed counts, so that what is drawn moves on and does not flutter. */
function gather(values: readonly number[], taken: number, columns: number): readonly number[] {
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

/** From nothing to the highest, which counts as ten percent at least: idling is no mountain. */
export function cpuScale(values: readonly number[]): Scale {
  return { from: 0, to: Math.max(10, ...values) };
}

/** Between the lowest and the highest, at least one MiB and a twentieth apart: noise is no mountain either. */
export function rssScale(values: readonly number[]): Scale {
  const from = values.length === 0 ? 0 : Math.min(...values);
  return { from, to: Math.max(from + 1, from * 1.05, ...values) };
}
