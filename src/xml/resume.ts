// Where to go on reading behind something that is not XML, so that one fault does not hide the next.

import { matchAt, XML_BLANK as BLANK, XML_NAME as NAME } from './tag.js';

export const OPENING = new RegExp(`<(${NAME})`, 'uy');
export const CLOSING = new RegExp(`</(${NAME})${BLANK}>`, 'uy');
const CLOSING_START = new RegExp(`</(${NAME})`, 'uy');

/** Behind every end: nothing that follows can be understood. */
export const GIVE_UP = Infinity;

interface Skip {
  readonly end: number;
  /** The element that a faulty tag opens. */
  readonly opened?: string | undefined;
  /** The one that a closing tag closes whose end is faulty; a whole tag was judged already. */
  readonly closed?: string | undefined;
}

/** The end of what starts at `start` and is wrong. */
export function skipFault(text: string, start: number): Skip {
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
  // A tag without its end stops where the next one starts a line; an attribute may hold a "<".
  const nextLine = matchAt(/[^\n]*(?:\n(?![ \t]*<)[^\n]*)*\n/y, text, start)?.[0].length ?? GIVE_UP;
  const end = Math.min(endOf('>'), start + nextLine);
  if (opened !== undefined) return { end, opened: text[end - 2] === '/' ? undefined : opened };
  const isWhole = matchAt(CLOSING, text, start) !== null;
  return { end, closed: isWhole ? undefined : matchAt(CLOSING_START, text, start)?.[1] };
}
