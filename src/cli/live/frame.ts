// From one picture of the screen to the next: only lines that differ are written, in one piece, nothing is cleared.

import type { EncodedLine } from './line.js';

const ESCAPE = '\u001b';
/** Terminals that know this pair show all that is between at once; others pass over it. */
const BEGIN = `${ESCAPE}[?2026h`;
const END = `${ESCAPE}[?2026l`;
const TO_LINE_END = `${ESCAPE}[K`;

/**
 * What to write so that `before` becomes `after`; empty when they are the same. An empty `before` stands
 * for a screen of which nothing is known.
 */
export function paintFrame(
  before: readonly EncodedLine[],
  after: readonly EncodedLine[],
  columns: number,
): string {
  const changes = after.flatMap((line, index) =>
    line.text === before[index]?.text ? [] : [paintLine(line, index + 1, columns)],
  );
  return changes.length === 0 ? '' : `${BEGIN}${changes.join('')}${END}`;
}

/** Erasing after the last column would take its character away again. */
function paintLine({ text, width }: EncodedLine, row: number, columns: number): string {
  return `${ESCAPE}[${row};1H${text}${width < columns ? TO_LINE_END : ''}`;
}
