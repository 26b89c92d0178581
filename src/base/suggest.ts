// "Did you mean" hints: finds the known name that is closest to a misspelt one.

const MAX_WORD_LENGTH = 128;
const MAX_CANDIDATES = 2000;

/** At most so many errors of one file get a hint, because comparing takes time. */
export const MAX_HINTS = 20;

/** Returns a hint with the candidate closest to `word`; undefined if none is close enough. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const found = findClosest(word, candidates);
  return found === undefined ? undefined : `did you mean "${found}"?`;
}

/** Returns the candidate with the smallest edit distance, at most a third of the word's length. Ignores case. */
export function findClosest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length === 0 || word.length > MAX_WORD_LENGTH) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 0.5;
  let seen = 0;
  for (const candidate of candidates) {
    if (++seen > MAX_CANDIDATES) break;
    if (candidate === word || Math.abs(candidate.length - word.length) > bestDistance) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Damerau-Levenshtein distance (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let older: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const steps = [
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
      ];
      if (isSwap && row > 1) steps.push(at(older, column - 2) + 1);
      current.push(Math.min(...steps));
    }
    [older, last] = [last, current];
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
