// Figures as a table for people. Pure.

import { meetsGoal, type Measurement } from './measurement.js';
import type { Spread } from './statistics.js';

const HEAD = ['figure', 'ours', 'baseline', 'ratio (min..max)', 'goal', ''] as const;

export function formatTable(figures: readonly Measurement[]): string {
  const rows = [HEAD, ...figures.map(formatRow)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function formatRow(figure: Measurement): readonly string[] {
  const { name, unit, ours, base, ratio, goal, baseline, note } = figure;
  const held = meetsGoal(figure);
  return [
    note === undefined ? name : `${name} (${note})`,
    `${formatNumber(ours.median)} ${unit}`,
    `${formatNumber(base.median)} ${unit} ${baseline}`,
    formatRatio(ratio),
    goal === undefined ? '' : `${goal.kind} ${goal.ratio}`,
    held === undefined ? '' : held ? 'holds' : 'MISSED',
  ];
}

function formatRatio({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} (${min.toFixed(2)}..${max.toFixed(2)})`;
}

/** Three digits that count. */
export function formatNumber(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}
