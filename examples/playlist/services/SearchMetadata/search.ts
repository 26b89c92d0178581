// Scores the entries of a catalogue for a song.

export interface Entry {
  readonly artist: string;
  readonly title: string;
  readonly album: string;
  readonly year: number;
}

export interface Finding extends Entry {
  /** From 0 to 1: the share of common words. */
  readonly fit: number;
}

/** The entries that have at least half of their words in common with the song. */
export function search(
  catalogue: readonly Entry[],
  song: Pick<Entry, 'artist' | 'title'>,
): readonly Finding[] {
  const wanted = wordsOf(song);
  return catalogue
    .map((entry) => ({ ...entry, fit: compare(wanted, wordsOf(entry)) }))
    .filter(({ fit }) => fit >= 0.5);
}

function wordsOf({ artist, title }: Pick<Entry, 'artist' | 'title'>): ReadonlySet<string> {
  return new Set(`${artist} ${title}`.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

function compare(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const common = [...one].filter((word) => other.has(word)).length;
  return common / new Set([...one, ...other]).size;
}
