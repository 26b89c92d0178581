// Reads one opening tag: its attributes and their offsets, or its fault.

import { malformed, type XmlSource } from './source.js';

/** Each from its name to after its closing quote, in the order of the text. */
export type Attributes = Map<string, { readonly start: number; readonly end: number }>;

interface Tag {
  readonly attributes: Attributes;
  /** Offset after its ">". */
  readonly end: number;
  /** True for `<name/>`. */
  readonly isEmpty: boolean;
}

export const XML_NAME = '[\\p{L}_:][\\p{L}\\p{N}\\p{M}_:.·-]*';
export const XML_BLANK = '[ \\t\\r\\n]*';
const VALUE = `"[^"<]*"|'[^'<]*'`;
const TAG_END = new RegExp(`${XML_BLANK}(/?)>`, 'uy');
/** The name, the opening quote of the value, and the value if its quote is closed. */
const ATTRIBUTE = new RegExp(`(${XML_NAME})(?:${XML_BLANK}=${XML_BLANK}(?=(["'])?)(${VALUE})?)?`, 'uy');
const BLANKS = new RegExp(XML_BLANK, 'uy');

export const FORBIDDEN_CHARACTER = /(?![\t\n\r\u007F-\u009F])\p{Cc}|\p{Cs}|[\uFFFE\uFFFF]/u;
/** Names with a special meaning in JavaScript objects. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor']);
const REFERENCE = /&(?:(lt|gt|amp|apos|quot);|#x([0-9a-fA-F]{1,6});|#([0-9]{1,7});|[^\s;&<]{1,40};)?/g;

export function isForbiddenName(name: string): boolean {
  return FORBIDDEN_NAMES.has(name);
}

/** Reads an opening tag whose "<" is at `start`. */
export function readTag(source: XmlSource, start: number, name: string): Tag {
  const { text } = source;
  checkName(source, start + 1, name);
  const attributes: Attributes = new Map();
  for (let at = start + 1 + name.length; ;) {
    const [end, slash] = matchAt(TAG_END, text, at) ?? [];
    if (end !== undefined) return { attributes, end: at + end.length, isEmpty: slash === '/' };
    const next = endOfBlanks(text, at);
    if (next === at || next >= text.length) throw malformed(source, start, `tag <${name}> is not complete`);
    at = readAttribute(source, next, name, attributes);
  }
}

/** Throws XML_MALFORMED at the first invalid reference in `raw`, which starts at `start`. */
export function checkReferences(source: XmlSource, start: number, raw: string): void {
  for (const { 0: found, 1: known, 2: hex, 3: decimal = '', index } of raw.matchAll(REFERENCE)) {
    const code = hex === undefined ? Number(decimal || 0x110000) : Number.parseInt(hex, 16);
    const isCharacter = code <= 0x10ffff && !FORBIDDEN_CHARACTER.test(String.fromCodePoint(code));
    if (known !== undefined || isCharacter) continue;
    const what = found === '&' ? 'a bare "&"' : `the reference ${found}`;
    throw malformed(source, start + index, `${what} is not allowed`, 'write &amp; for the character itself');
  }
}

/** Matches the sticky `pattern` at offset `at`. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

export function endOfBlanks(text: string, at: number): number {
  return at + (matchAt(BLANKS, text, at)?.[0].length ?? 0);
}

/** Returns the end of the attribute that starts at `start`. */
function readAttribute(source: XmlSource, start: number, tag: string, known: Attributes): number {
  const [attribute = '', name, quote, value = ''] = matchAt(ATTRIBUTE, source.text, start) ?? [];
  if (name === undefined) {
    throw malformed(source, start, `tag <${tag}> is not complete or has an invalid attribute`);
  }
  checkName(source, start, name);
  if (quote === undefined)
    throw malformed(source, start, `attribute ${name} of <${tag}> has no value in quotes`);
  if (value === '') {
    throw malformed(source, start, `the value of attribute ${name} of <${tag}> is not closed by ${quote}`);
  }
  if (known.has(name)) throw malformed(source, start, `attribute ${name} of <${tag}> occurs twice`);
  checkReferences(source, start, attribute);
  known.set(name, { start, end: start + attribute.length });
  return start + attribute.length;
}

function checkName(source: XmlSource, at: number, name: string): void {
  if (isForbiddenName(name)) throw malformed(source, at, `the name ${name} is not allowed`);
}
