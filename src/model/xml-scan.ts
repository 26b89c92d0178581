// XML text -> tokens with exact offsets. A strict subset: no DOCTYPE, no entities but the five of XML itself.

import type { Position } from './fault.js';
import { checkReferences, decodeReferences } from './xml-entities.js';
import { malformed, type XmlSource } from './xml-source.js';

export interface XmlAttribute extends Position {
  readonly name: string;
  readonly value: string;
  /** Offsets of the whole attribute: from its name to behind its closing quote. */
  readonly start: number;
  readonly end: number;
}

interface Span {
  /** Offsets in the text; `end` is behind the last character. */
  readonly start: number;
  readonly end: number;
}
export interface OpenToken extends Span {
  readonly kind: 'open';
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  /** True for `<name/>`. */
  readonly isEmpty: boolean;
}
export interface CloseToken extends Span {
  readonly kind: 'close';
  readonly name: string;
}
export interface TextToken extends Span {
  readonly kind: 'text';
  readonly value: string;
}
interface SkippedToken extends Span {
  readonly kind: 'skipped';
}
export type XmlToken = OpenToken | CloseToken | TextToken;

/** Per element; each is compared with those before it. */
const MAX_XML_ATTRIBUTES = 100;

const NAME = /[\p{L}_:][\p{L}\p{N}\p{M}_:.·-]*/uy;
const BLANK = /[ \t\r\n]*/y;
const DECLARATION = /<\?xml[ \t\r\n]+version[ \t\r\n]*=[^?<>]*\?>/y;
const FORBIDDEN_CHARACTER = /(?![\t\n\r\u007F-\u009F])\p{Cc}|\p{Cs}|[\uFFFE\uFFFF]/u;

/** Keys that JavaScript itself reads from every object. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor']);

export function isForbiddenName(name: string): boolean {
  return FORBIDDEN_NAMES.has(name);
}

export function* scanXml(source: XmlSource): Generator<XmlToken, void> {
  const { text } = source;
  const odd = text.search(FORBIDDEN_CHARACTER);
  if (odd !== -1) throw malformed(source, odd, `character ${codePoint(text, odd)} is not allowed in XML`);
  let at = skipDeclaration(source);
  while (at < text.length) {
    const token = text[at] === '<' ? readMarkup(source, at) : readText(source, at);
    if (token.kind !== 'skipped') yield token;
    at = token.end;
  }
}

/** A byte order mark and blank lines before the declaration are tolerated: real files have them. */
function skipDeclaration({ text }: XmlSource): number {
  const start = endOf(BLANK, text, text.startsWith('\uFEFF') ? 1 : 0);
  const end = endOf(DECLARATION, text, start);
  return end === -1 ? start : end;
}

function readMarkup(source: XmlSource, start: number): XmlToken | SkippedToken {
  const { text } = source;
  if (text.startsWith('<!--', start)) return readComment(source, start);
  if (text.startsWith('<![CDATA[', start)) return readCdata(source, start);
  if (text.startsWith('<?', start)) return readInstruction(source, start);
  if (text.startsWith('</', start)) return readClose(source, start);
  if (text.startsWith('<!', start)) {
    const hint = 'remove it; write the characters themselves instead of entities';
    throw malformed(source, start, 'a DOCTYPE or other declaration is not allowed', hint);
  }
  return readOpen(source, start);
}

function readComment(source: XmlSource, start: number): SkippedToken {
  const dashes = source.text.indexOf('--', start + 4);
  if (dashes === -1) throw malformed(source, start, 'this comment is never closed', 'end it with -->');
  if (source.text[dashes + 2] !== '>') throw malformed(source, dashes, 'a comment must not contain "--"');
  return { kind: 'skipped', start, end: dashes + 3 };
}

function readCdata(source: XmlSource, start: number): TextToken {
  const end = source.text.indexOf(']]>', start);
  if (end === -1) throw malformed(source, start, 'this CDATA section is never closed', 'end it with ]]>');
  const value = source.text.slice(start + 9, end).replaceAll('\r\n', '\n');
  return { kind: 'text', value, start, end: end + 3 };
}

function readInstruction(source: XmlSource, start: number): SkippedToken {
  const { text } = source;
  const nameEnd = endOf(NAME, text, start + 2);
  const end = text.indexOf('?>', start);
  const isApart = nameEnd === end || endOf(BLANK, text, nameEnd) > nameEnd;
  if (nameEnd === -1 || end === -1 || !isApart)
    throw malformed(source, start, '"<?" starts no complete instruction');
  if (text.slice(start + 2, nameEnd).toLowerCase() === 'xml') {
    throw malformed(source, start, 'the XML declaration is misplaced or incomplete', 'it starts the file');
  }
  return { kind: 'skipped', start, end: end + 2 };
}

function readClose(source: XmlSource, start: number): CloseToken {
  const { text } = source;
  const nameEnd = endOf(NAME, text, start + 2);
  const end = nameEnd === -1 ? -1 : endOf(BLANK, text, nameEnd);
  if (end === -1 || text[end] !== '>') throw malformed(source, start, 'this closing tag is not complete');
  return { kind: 'close', name: text.slice(start + 2, nameEnd), start, end: end + 1 };
}

function readText(source: XmlSource, start: number): TextToken {
  const next = source.text.indexOf('<', start);
  const end = next === -1 ? source.text.length : next;
  const raw = source.text.slice(start, end);
  const stray = raw.indexOf(']]>');
  if (stray !== -1) throw malformed(source, start + stray, '"]]>" closes no CDATA section');
  checkReferences(source, start, end);
  return { kind: 'text', value: decodeReferences(raw.replaceAll('\r\n', '\n')), start, end };
}

function readOpen(source: XmlSource, start: number): OpenToken {
  const { text } = source;
  let at = endOf(NAME, text, start + 1);
  if (at === -1) throw malformed(source, start, '"<" starts no tag', 'write &lt; for the character itself');
  const name = checkName(source, start + 1, at);
  const attributes: XmlAttribute[] = [];
  for (;;) {
    const next = endOf(BLANK, text, at);
    if (text[next] === '>') return { kind: 'open', name, attributes, start, end: next + 1, isEmpty: false };
    if (text.startsWith('/>', next)) {
      return { kind: 'open', name, attributes, start, end: next + 2, isEmpty: true };
    }
    if (next === at || next >= text.length) throw malformed(source, start, `tag <${name}> is not complete`);
    const attribute = readAttribute(source, next, name);
    if (attributes.length >= MAX_XML_ATTRIBUTES) {
      throw malformed(source, next, `<${name}> has more than ${MAX_XML_ATTRIBUTES} attributes`);
    }
    if (attributes.some((other) => other.name === attribute.name)) {
      throw malformed(source, next, `attribute ${attribute.name} of <${name}> is there twice`);
    }
    attributes.push(attribute);
    at = attribute.end;
  }
}

function readAttribute(source: XmlSource, start: number, element: string): XmlAttribute {
  const { text } = source;
  const nameEnd = endOf(NAME, text, start);
  if (nameEnd === -1)
    throw malformed(source, start, `tag <${element}> is not complete or has an odd attribute`);
  const name = checkName(source, start, nameEnd);
  const equals = endOf(BLANK, text, nameEnd);
  const opening = text[equals] === '=' ? endOf(BLANK, text, equals + 1) : -1;
  const quote = text[opening];
  if (quote !== '"' && quote !== "'") {
    throw malformed(source, start, `attribute ${name} of <${element}> has no value in quotes`);
  }
  const closing = text.indexOf(quote, opening + 1);
  const raw = text.slice(opening + 1, closing === -1 ? undefined : closing);
  if (closing === -1 || raw.includes('<')) {
    throw malformed(
      source,
      start,
      `the value of attribute ${name} of <${element}> is not closed by ${quote}`,
    );
  }
  checkReferences(source, opening + 1, closing);
  const value = decodeReferences(raw.replace(/\r\n|[\r\n\t]/g, ' '));
  return { name, value, start, end: closing + 1, ...source.positionAt(start) };
}

function checkName(source: XmlSource, start: number, end: number): string {
  const name = source.text.slice(start, end);
  if (isForbiddenName(name)) throw malformed(source, start, `the name ${name} is not allowed`);
  return name;
}

/** Where the sticky pattern, tried at `at`, ends; -1 if it does not match there. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

function codePoint(text: string, at: number): string {
  return `U+${text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')}`;
}
