// Replaces characters that would control the terminal by \uXXXX, which JSON reads as the same character.

/** Control characters except line end and tab, direction controls, line separators, lone surrogates. */
const CONTROLS = /[^\P{Cc}\n\t]|[\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]/gu;
/** In one line also line ends, tabs, and characters of unknown width. */
const LINE_CONTROLS = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
const PLAIN = /^[ -~]*$/;
const PLAIN_LINES = /^[\n\t -~]*$/;

/** Escapes text of several lines. */
export function escapeText(text: string): string {
  return PLAIN_LINES.test(text) ? text : text.replace(CONTROLS, escapeCharacter);
}

/** Escapes text within one line, such as a name, a path or a message. */
export function escapeLine(text: string): string {
  return PLAIN.test(text) ? text : text.replace(LINE_CONTROLS, escapeCharacter);
}

/** In the notation of JSON: one code per UTF-16 unit. */
function escapeCharacter(character: string): string {
  const codes = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return codes.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('');
}
