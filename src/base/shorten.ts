// Shortens long texts and lists for messages.

/** Quoted texts up to this length are not shortened. */
const MAX_QUOTED = 200;
const HEAD_LENGTH = 60;
const MAX_LISTED = 10;

export interface ShortenLimits {
  /** Texts up to this length are returned unchanged. */
  readonly maxLength: number;
  /** Number of characters kept at the start of a longer text. */
  readonly headLength: number;
  /** Number of characters kept at its end; 0 if left out. */
  readonly tailLength?: number;
}

/** Returns `text`, or `aaa… (4,940 more characters)` if it is too long. */
export function shorten(
  text: string,
  { maxLength: most, headLength: start, tailLength: end = 0 }: ShortenLimits = {
    maxLength: MAX_QUOTED,
    headLength: HEAD_LENGTH,
  },
): string {
  if (text.length <= most) return text;
  // Do not split a surrogate pair.
  const head = text.slice(0, start).replace(/[\uD800-\uDBFF]$/, '');
  const tail = end === 0 ? '' : text.slice(-end).replace(/^[\uDC00-\uDFFF]/, '');
  const left = text.length - head.length - tail.length;
  return `${head}… (${left.toLocaleString('en-US')} more characters)${tail === '' ? '' : ` …${tail}`}`;
}

/** Returns `a, b and 3 more`. */
export function formatList(items: readonly string[]): string {
  const listed = items.slice(0, MAX_LISTED).join(', ');
  const left = items.length - MAX_LISTED;
  return left > 0 ? `${listed} and ${left.toLocaleString('en-US')} more` : listed;
}
