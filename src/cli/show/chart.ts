// Draws samples as a chart of characters. If there are more samples than columns, a column shows the largest of several.

import asciichart from 'asciichart';

/** Seconds since the epoch, and the value; null for a missing value. */
export type ChartPoint = readonly [number, number | null];

export interface ChartSize {
  /** In characters, including the axis. */
  readonly width: number;
  /** In lines, without the line of times below. */
  readonly height: number;
}

export interface ChartOptions extends ChartSize {
  /** Seconds from one sample to the next. */
  readonly periodS: number;
  readonly format: (value: number) => string;
  /** True if the axis begins at 0. False for values that change little: their line would be straight. */
  readonly isFromZero: boolean;
}

const LEAST_COLUMNS = 8;
/** Between a label and the first column: a blank and the axis. */
const AXIS_WIDTH = 2;
const TIME_WIDTH = 'HH:MM:SS'.length;

/** `points` are sorted from old to new; at least one has a value. */
export function drawChart(points: readonly ChartPoint[], options: ChartOptions): readonly string[] {
  const { low, high } = rangeOf(points, options.isFromZero);
  const label = Math.max(options.format(low).length, options.format(high).length);
  const [fromS, toS] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
  const room = Math.max(LEAST_COLUMNS, options.width - label - AXIS_WIDTH);
  const needed = Math.round((toS - fromS) / options.periodS) + 1;
  const columns = Math.max(LEAST_COLUMNS, Math.min(room, needed));
  const values = fillColumns(points, columns);
  const plot = asciichart.plot(fillGaps(values), {
    min: low,
    max: high,
    height: Math.max(1, options.height - 1),
    format: (value) => options.format(value).padStart(label),
  });
  const before = label + AXIS_WIDTH;
  return [
    ...plot.split('\n').map((line) => clearGaps(line, values, before).trimEnd()),
    drawTimes(fromS, toS, { before, columns }),
  ];
}

/** The largest value in each of `count` equal time spans; undefined for a span without values. */
export function fillColumns(points: readonly ChartPoint[], count: number): readonly (number | undefined)[] {
  const columns = new Array<number | undefined>(count).fill(undefined);
  const fromS = points[0]?.[0] ?? 0;
  const spanS = (points.at(-1)?.[0] ?? 0) - fromS;
  for (const [atS, value] of points) {
    const column = spanS === 0 ? 0 : Math.round(((atS - fromS) / spanS) * (count - 1));
    if (value !== null) columns[column] = Math.max(value, columns[column] ?? -Infinity);
  }
  return columns;
}

function rangeOf(points: readonly ChartPoint[], isFromZero: boolean): { low: number; high: number } {
  const values = points.flatMap(([, value]) => (value === null ? [] : [value]));
  const high = values.reduce((one, other) => Math.max(one, other), -Infinity);
  const least = values.reduce((one, other) => Math.min(one, other), Infinity);
  const low = isFromZero ? Math.min(0, least) : least;
  // asciichart needs a range above 0.
  return high - low < 1
    ? { low: Math.max(0, low - (isFromZero ? 0 : 0.5)), high: high + 0.5 }
    : { low, high };
}

/** asciichart cannot draw gaps: fills them with the previous value (at the start, the next one); `clearGaps` removes them. */
function fillGaps(values: readonly (number | undefined)[]): readonly number[] {
  let last = values.find((value) => value !== undefined) ?? 0;
  const closed = values.map((value) => (last = value ?? last));
  // asciichart draws a column between two values, so one more value is needed.
  return [...closed, last];
}

function clearGaps(line: string, values: readonly (number | undefined)[], before: number): string {
  const columns = Array.from(line.slice(before));
  return (
    line.slice(0, before) +
    columns.map((character, index) => (values[index] === undefined ? ' ' : character)).join('')
  );
}

/** The line of times: `21:00:00        21:30:00        22:00:00`. */
function drawTimes(fromS: number, toS: number, at: { before: number; columns: number }): string {
  const times = at.columns >= 4 * TIME_WIDTH ? [fromS, (fromS + toS) / 2, toS] : [fromS, toS];
  const gap = Math.max(1, Math.floor((at.columns - times.length * TIME_WIDTH) / (times.length - 1)));
  return ' '.repeat(at.before) + times.map(formatTime).join(' '.repeat(gap));
}

function formatTime(atS: number): string {
  return new Date(atS * 1000).toTimeString().slice(0, TIME_WIDTH);
}
