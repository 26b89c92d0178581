// What a terminal would act upon is shown instead: as \u001b, which within JSON means the same.

/** Controls but line end and tab, direction controls, line separators, lone surrogates. */
const ACTED_UPON = /[^\P{Cc}\n\t]|[\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]/gu;
/** In one line of a table also line ends, tabs, and what has no known width. */
const OUT_OF_LINE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
const PLAIN = /^[ -~]*$/;
const PLAIN_LINES = /^[\n\t -~]*$/;

/** For text of several lines. */
export function escapeText(text: string): string {
  return PLAIN_LINES.test(text) ? text : text.replace(ACTED_UPON, escapeCharacter);
}

/** For a piece of one line: a name, a path or a message stays where it is put. */
export function escapeLine(text: string): string {
  return PLAIN.test(text) ? text : text.replace(OUT_OF_LINE, escapeCharacter);
}

/** As JSON writes it: one code for each UTF-16 unit. */
function escapeCharacter(character: string): string {
  const codes = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return codes.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('');
}
