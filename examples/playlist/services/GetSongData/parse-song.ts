// Parses the metadata of a station: artist and title of a song.

export interface Song {
  readonly artist: string;
  readonly title: string;
}

/** `StreamTitle='Artist - Title';` as a song; undefined for a jingle or an advertisement. */
export function parseSong(line: string): Song | undefined {
  const [, text = ''] = /StreamTitle='(.*)';/.exec(line) ?? [];
  const [artist = '', ...title] = text.split(' - ');
  return artist === '' || title.length === 0 ? undefined : { artist, title: title.join(' - ') };
}
