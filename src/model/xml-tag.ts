// One opening tag: its name, its attributes and where they stand, or what is wrong with it.

import { malformed, type XmlSource } from './xml-source.js';

/** Offsets in the text; `end` is behind the last character. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface OpenTag extends Span {
  readonly name: string;
  /** From the name to behind the closing quote, in the order of the text. */
  readonly attributes: readonly Span[];
  /** True for `<name/>`. */
  readonly isEmpty: boolean;
}

export const XML_NAME = '[\\p{L}_:][\\p{L}\\p{N}\\p{M}_:.·-]*';
export const XML_BLANK = '[ \\t\\r\\n]*';
/** Per element. */
const MAX_XML_ATTRIBUTES = 100;

const TAG_START = new RegExp(`<(${XML_NAME})`, 'uy');
const TAG_END = new RegExp(`${XML_BLANK}(/?)>`, 'uy');
const ATTRIBUTE = new RegExp(`(${XML_NAME})(${XML_BLANK}=${XML_BLANK}(?:"[^"<]*"|'[^'<]*'))?`, 'uy');
const OPENED_VALUE = new RegExp(`${XML_BLANK}=${XML_BLANK}(["'])`, 'uy');
const BLANKS = new RegExp(XML_BLANK, 'uy');

const REFERENCE = /&(?:[^\s;&<]{1,40};)?/g;
const SOUND_REFERENCE = /^&(?:lt|gt|amp|apos|quot|#x([0-9a-fA-F]{1,6})|#([0-9]{1,7}));$/;
export const FORBIDDEN_CHARACTER = /(?![\t\n\r\u007F-\u009F])\p{Cc}|\p{Cs}|[\uFFFE\uFFFF]/u;

/** Keys that JavaScript itself reads from every object. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor']);

export function isForbiddenName(name: string): boolean {
  return FORBIDDEN_NAMES.has(name);
}

export function readOpenTag(source: XmlSource, start: number): OpenTag {
  const { text } = source;
  const name = matchAt(TAG_START, text, start)?.[1];
  if (name === undefined) {
    throw malformed(source, start, '"<" starts no tag', 'write &lt; for the character itself');
  }
  refuseForbidden(source, name, start + 1);
  const attributes = new Map<string, Span>();
  for (let at = start + 1 + name.length; ; ) {
    const end = matchAt(TAG_END, text, at);
    if (end !== null) {
      const isEmpty = end[1] === '/';
      return { name, start, end: at + end[0].length, attributes: [...attributes.values()], isEmpty };
    }
    const next = skipBlanks(text, at);
    if (next === at || next >= text.length) throw malformed(source, start, `tag <${name}> is not complete`);
    at = addAttribute(source, next, name, attributes);
  }
}

/** Refuses the first reference in the text from `start` to `end` that stands for nothing. */
export function checkReferences(source: XmlSource, start: number, end: number): void {
  for (const { 0: found, index } of source.text.slice(start, end).matchAll(REFERENCE)) {
    if (standsForSomething(found)) continue;
    const what = found === '&' ? 'a bare "&"' : `the reference ${found}`;
    throw malformed(source, start + index, `${what} is not allowed`, 'write &amp; for the character itself');
  }
}

export function skipBlanks(text: string, at: number): number {
  return at + (matchAt(BLANKS, text, at)?.[0].length ?? 0);
}

/** What the sticky pattern finds at `at`. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Returns where the attribute that starts at `start` ends. */
function addAttribute(source: XmlSource, start: number, tag: string, known: Map<string, Span>): number {
  const [whole, name, value] = matchAt(ATTRIBUTE, source.text, start) ?? [];
  if (whole === undefined || name === undefined) {
    throw malformed(source, start, `tag <${tag}> is not complete or has an odd attribute`);
  }
  refuseForbidden(source, name, start);
  const quote = matchAt(OPENED_VALUE, source.text, start + name.length)?.[1];
  const end = start + whole.length;
  const fault =
    quote === undefined
      ? `attribute ${name} of <${tag}> has no value in quotes`
      : value === undefined
        ? `the value of attribute ${name} of <${tag}> is not closed by ${quote}`
        : known.has(name)
          ? `attribute ${name} of <${tag}> is there twice`
          : known.size >= MAX_XML_ATTRIBUTES
            ? `<${tag}> has more than ${MAX_XML_ATTRIBUTES} attributes`
            : undefined;
  if (fault !== undefined) throw malformed(source, start, fault);
  checkReferences(source, start, end);
  known.set(name, { start, end });
  return end;
}

function refuseForbidden(source: XmlSource, name: string, at: number): void {
  if (isForbiddenName(name)) throw malformed(source, at, `the name ${name} is not allowed`);
}

function standsForSomething(reference: string): boolean {
  const [found, hex, decimal = ''] = SOUND_REFERENCE.exec(reference) ?? [];
  if (found === undefined || (hex === undefined && decimal === '')) return found !== undefined;
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return code <= 0x10ffff && !FORBIDDEN_CHARACTER.test(String.fromCodePoint(code));
}
