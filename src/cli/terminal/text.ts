// Escapes and cuts text to a width in terminal columns.

import { escapeLine } from './escape.js';

const PLAIN = /^[ -~]*$/;
const ZERO_WIDTH = /^\p{M}$/u;
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;

/** Width of escaped text in columns. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOfOne(character);
  return width;
}

function widthOfOne(character: string): number {
  if (ZERO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Escapes the text, and cuts it with an ellipsis if it is wider than `columns`. */
export function cut(text: string, columns: number): string {
  const safe = escapeLine(text);
  if (widthOf(safe) <= columns) return safe;
  if (columns <= 1) return '…'.repeat(Math.max(columns, 0));
  let start = '';
  let width = 0;
  for (const character of safe) {
    width += widthOfOne(character);
    if (width > columns - 1) break;
    start += character;
  }
  return `${start}…`;
}

/** Escapes the text and makes it exactly `columns` wide; `side` is the alignment. */
export function fit(text: string, columns: number, side: 'left' | 'right' = 'left'): string {
  const short = cut(text, columns);
  const blank = ' '.repeat(Math.max(0, columns - widthOf(short)));
  return side === 'left' ? short + blank : blank + short;
}
