// Figures as people read them: memory, time, and tables of them.

import { escapeLine } from '../terminal/escape.js';

const KIB = 1024;

/** MiB as 46.2M or 11.3G: at most six characters for what machines have. */
export function formatMib(mib: number): string {
  if (mib < 1000) return `${mib < 100 ? mib.toFixed(1) : Math.round(mib)}M`;
  const gib = mib / KIB;
  return gib < 1000 ? `${gib < 100 ? gib.toFixed(1) : Math.round(gib)}G` : `${(gib / KIB).toFixed(1)}T`;
}

/** Seconds as 42s, 3m07s, 5h12m or 9d04h. */
export function formatDuration(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${pad(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h${pad(Math.floor(whole / 60) % 60)}m`;
  return `${Math.floor(whole / 86_400)}d${pad(Math.floor(whole / 3600) % 24)}h`;
}

export interface Column {
  readonly title: string;
  /** Numbers end, words begin where those above do. */
  readonly isNumber: boolean;
}

/** A line per row, below a line of titles; each column is as wide as its widest cell. */
export function formatTable(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
): readonly string[] {
  const rows = cells.map((row) => row.map(escapeLine));
  const titles = columns.map(({ title }) => title);
  const widths = columns.map((_, index) =>
    Math.max(...[titles, ...rows].map((row) => row[index]?.length ?? 0)),
  );
  return [titles, ...rows].map((row) =>
    columns
      .map(({ isNumber }, index) => {
        const cell = row[index] ?? '';
        const width = widths[index] ?? 0;
        return isNumber ? cell.padStart(width) : cell.padEnd(width);
      })
      .join(' ')
      .trimEnd(),
  );
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
