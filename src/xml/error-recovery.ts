// Finds where to continue after faulty markup, so that one fault does not hide the next.

import { matchAt, XML_BLANK as BLANK, XML_NAME as NAME } from './tag.js';

export const OPENING = new RegExp(`<(${NAME})`, 'uy');
export const CLOSING = new RegExp(`</(${NAME})${BLANK}>`, 'uy');
const CLOSING_START = new RegExp(`</(${NAME})`, 'uy');

/** An offset after the end of the text: the rest cannot be checked. */
export const GIVE_UP = Infinity;

interface SkippedFault {
  readonly end: number;
  /** Name of the element that a faulty opening tag opens. */
  readonly opened?: string | undefined;
  /** Name of the element that an incomplete closing tag closes; a complete one was already checked. */
  readonly closed?: string | undefined;
}

/** Returns the end of the faulty text or markup that starts at `start`. */
export function skipFault(text: string, start: number): SkippedFault {
  const endOf = (end: string) => {
    const at = text.indexOf(end, start + 1);
    return at === -1 ? GIVE_UP : at + end.length;
  };
  if (text[start] !== '<') return { end: Math.min(text.length, endOf('<') - 1) };
  if (text.startsWith('<!--', start)) return { end: endOf('-->') };
  if (text.startsWith('<?', start)) return { end: endOf('?>') };
  if (text.startsWith('<!', start)) return { end: GIVE_UP };
  const opened = matchAt(OPENING, text, start)?.[1];
  if (opened === undefined && text[start + 1] !== '/') return { end: start + 1 };
  // A tag without its end stops before the next line that starts with a tag; an attribute may contain "<".
  const nextLine = matchAt(/[^\n]*(?:\n(?![ \t]*<)[^\n]*)*\n/y, text, start)?.[0].length ?? GIVE_UP;
  const end = Math.min(endOf('>'), start + nextLine);
  if (opened !== undefined) return { end, opened: text[end - 2] === '/' ? undefined : opened };
  const isComplete = matchAt(CLOSING, text, start) !== null;
  return { end, closed: isComplete ? undefined : matchAt(CLOSING_START, text, start)?.[1] };
}
