// Formats rows of cells as a table.

import { escapeLine } from '../terminal/escape.js';

export interface Column {
  readonly title: string;
  /** Numbers are aligned right, text left. */
  readonly isNumber: boolean;
}

/** A line of titles and a line per row; each column is as wide as its widest cell. */
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
