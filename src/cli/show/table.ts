// Formats rows of cells as a table: the only place where printed columns are laid out.

import { escapeLine } from '../terminal/escape.js';
import type { Colour, Paint } from '../terminal/paint.js';
import { widthOf } from '../terminal/text.js';

export interface Column {
  /** A table has a line of titles if one of its columns has a title. */
  readonly title?: string;
  /** Numbers are aligned right, text left. */
  readonly isNumber?: boolean;
  /** The least width; a column is as wide as its widest cell. */
  readonly width?: number;
}

/** Text of any origin, which is escaped; with a colour if it has one. */
export type Cell = string | { readonly text: string; readonly colour: Colour };

export interface TableStyle {
  readonly paint: Paint;
  /** Before each line. */
  readonly indent?: string;
  /** Between two columns. */
  readonly gap?: string;
}

/** A line of titles, if there are any, and a line per row. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { paint, indent = '', gap = '  ' }: TableStyle,
): readonly string[] {
  const hasTitles = columns.some(({ title }) => title !== undefined);
  const titles = columns.map(({ title = '' }): Cell => ({ text: title, colour: 'bold' }));
  const all = hasTitles ? [titles, ...rows] : rows;
  const widths = columns.map(({ width = 0 }, index) =>
    all.reduce((most, row) => Math.max(most, widthOf(textOf(row[index]))), width),
  );
  return all.map((row) => {
    const last = row.findLastIndex((cell) => textOf(cell) !== '');
    const cells = columns.slice(0, last + 1).map(({ isNumber = false }, index) => {
      const text = textOf(row[index]);
      const blank = ' '.repeat((widths[index] ?? 0) - widthOf(text));
      const shown = paintCell(row[index], text, paint);
      if (isNumber) return blank + shown;
      return index === last ? shown : shown + blank;
    });
    return indent + cells.join(gap);
  });
}

function textOf(cell: Cell = ''): string {
  return escapeLine(typeof cell === 'string' ? cell : cell.text);
}

function paintCell(cell: Cell | undefined, text: string, paint: Paint): string {
  return typeof cell === 'object' ? paint(text, cell.colour) : text;
}
