// Makes any text harmless in the place it is written into: XML text, attribute or comment, code string, comment or name.

import { ContextdError } from '../base/errors.js';

/** What no XML 1.0 document may hold, not even as a character reference. */
const NOT_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;
/** Controls, line ends, direction overrides: they end a line, or show a reader other code than what runs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
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

/** Whether XML can carry the text as it is. */
export function isXmlText(text: string): boolean {
  return text.search(NOT_XML) === -1;
}

/** One line stays one line: line ends become character references. */
export function asXmlText(text: string): string {
  return text.replace(NOT_XML, '\uFFFD').replace(/[&<>\t\n\r]/g, asReference);
}

export function asXmlAttribute(text: string): string {
  return asXmlText(text).replace(/["']/g, asReference);
}

/** For the inside of a comment that ends elsewhere: one line without two hyphens in a row. */
export function asXmlComment(text: string): string {
  return text
    .replace(NOT_XML, '\uFFFD')
    .replace(BLANK, ' ')
    .replace(/-(?=-|$)/g, '- ')
    .trim();
}

/** For a comment of either kind: one line that cannot end it. */
export function asCodeComment(text: string): string {
  return text.replace(BLANK, ' ').replace(/\*\//g, '* /').trim();
}

/** A string literal with its quotes, in the kind of quotes that needs fewer escapes. */
export function asCodeString(text: string): string {
  const quote = text.split("'").length > text.split('"').length ? '"' : "'";
  const body = text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
  return `${quote}${body.replace(UNSEEN, asUnicodeEscapes)}${quote}`;
}

/** A name in code or in an import: nothing could be escaped there, so anything else is refused. */
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
