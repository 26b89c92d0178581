// A line of the screen as styled spans, and its encoding for the terminal.

import { escapeLine } from '../terminal/escape.js';
import { cut, widthOf } from '../terminal/text.js';

export type Style = 'bold' | 'dim' | 'reverse' | 'red' | 'green' | 'yellow' | 'cyan' | 'grey';

export interface Span {
  readonly text: string;
  readonly style?: Style | undefined;
}
export type Line = readonly Span[];

const CODES: Readonly<Record<Style, number>> = {
  bold: 1,
  dim: 2,
  reverse: 7,
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
  grey: 90,
};

/** Styles without colour. */
const COLOURLESS: readonly Style[] = ['bold', 'dim', 'reverse'];

export interface EncodedLine {
  readonly text: string;
  readonly width: number;
}

export function span(text: string, style?: Style): Span {
  return { text: escapeLine(text), style };
}

/** At most `columns` wide. All text is escaped; the only control sequences are those of the styles. */
export function encodeLine(line: Line, columns: number, hasColour: boolean): EncodedLine {
  let text = '';
  let width = 0;
  for (const each of line) {
    const short = cut(each.text, columns - width);
    width += widthOf(short);
    text += applyStyle(short, each.style, hasColour);
  }
  return { text, width };
}

function applyStyle(text: string, style: Style | undefined, hasColour: boolean): string {
  if (text === '' || style === undefined || !(hasColour || COLOURLESS.includes(style))) return text;
  return `\u001b[${CODES[style]}m${text}\u001b[0m`;
}
