// How a message tells what may be of any length: whole, or its start and how much is left out. The whole is where
// the message says that it was found.

/** What is quoted up to this length is quoted whole. */
const MOST_QUOTED = 200;
const START = 60;
const MOST_LISTED = 10;

export interface Cut {
  /** Up to this length nothing is left out. */
  readonly most: number;
  /** What is kept of a longer text. */
  readonly start: number;
  readonly end?: number;
}

/** `aaa… (4,940 more characters)` for what is far too long for a line. */
export function shorten(
  text: string,
  { most, start, end = 0 }: Cut = { most: MOST_QUOTED, start: START },
): string {
  if (text.length <= most) return text;
  // Not the half of a character.
  const head = text.slice(0, start).replace(/[\uD800-\uDBFF]$/, '');
  const tail = end === 0 ? '' : text.slice(-end).replace(/^[\uDC00-\uDFFF]/, '');
  const left = text.length - head.length - tail.length;
  return `${head}… (${left.toLocaleString('en-US')} more characters)${tail === '' ? '' : ` …${tail}`}`;
}

/** `a, b and 3 more`. */
export function listSome(items: readonly string[]): string {
  const told = items.slice(0, MOST_LISTED).join(', ');
  const left = items.length - MOST_LISTED;
  return left > 0 ? `${told} and ${left.toLocaleString('en-US')} more` : told;
}
