// Escapes text for the place where it is written: XML text, attribute or comment, code string, comment or name.

import { ContextdError } from '../base/errors.js';

/** Characters that are not allowed in XML 1.0, not even as character references. */
const NOT_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;
/** Control characters, line ends, direction overrides: they end a line, or hide what the code does. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const BLANK = /[\p{Cc}\p{Cf}\p{Z}\p{Cs}]/gu;
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
export const IDENTIFIER_RULE = 'letters, digits and _, not starting with a digit, at most 100 long';

const REFERENCES: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
};

export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text);
}

/** Whether the text contains only characters that are allowed in XML. */
export function isXmlText(text: string): boolean {
  return text.search(NOT_XML) === -1;
}

/** Line ends become character references, so that the text stays on one line. */
export function asXmlText(text: string): string {
  return text.replace(NOT_XML, '\uFFFD').replace(/[&<>\t\n\r]/g, asReference);
}

export function asXmlAttribute(text: string): string {
  return asXmlText(text).replace(/["']/g, asReference);
}

/** For the inside of a comment: one line without two consecutive hyphens. */
export function asXmlComment(text: string): string {
  return text
    .replace(NOT_XML, '\uFFFD')
    .replace(BLANK, ' ')
    .replace(/-(?=-|$)/g, '- ')
    .trim();
}

/** For a line or block comment: one line that cannot end the comment. */
export function asCodeComment(text: string): string {
  return text.replace(BLANK, ' ').replace(/\*\//g, '* /').trim();
}

/** Returns a string literal with the quotes that need fewer escapes. */
export function asCodeString(text: string): string {
  const quote = text.split("'").length > text.split('"').length ? '"' : "'";
  const body = text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
  return `${quote}${body.replace(INVISIBLE, asUnicodeEscapes)}${quote}`;
}

/** For an identifier or import path, where nothing can be escaped. Throws TPL_NAME_INVALID. */
export function asName(text: string): string {
  if (isIdentifier(text)) return text;
  throw new ContextdError('TPL_NAME_INVALID', `${JSON.stringify(text)} cannot be a name in code`, {
    hint: `use ${IDENTIFIER_RULE}`,
  });
}

function asReference(character: string): string {
  return `&${REFERENCES[character] ?? `#${character.charCodeAt(0)}`};`;
}

function asUnicodeEscapes(text: string): string {
  const unit = (_: unknown, at: number) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return Array.from({ length: text.length }, unit).join('');
}
