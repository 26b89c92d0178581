// Computes the output that changes one frame into the next: only lines that differ, without clearing the screen.

import type { EncodedLine } from './line.js';

const ESCAPE = '\u001b';
/** Synchronized update: terminals that support it show the frame at once; others ignore it. */
const BEGIN = `${ESCAPE}[?2026h`;
const END = `${ESCAPE}[?2026l`;
const TO_LINE_END = `${ESCAPE}[K`;

/**
 * The output that changes `before` into `after`; empty when they are equal. An empty `before` means that the
 * content of the screen is unknown.
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

/** Erasing to the line end after the last column would delete its character. */
function paintLine({ text, width }: EncodedLine, row: number, columns: number): string {
  return `${ESCAPE}[${row};1H${text}${width < columns ? TO_LINE_END : ''}`;
}
