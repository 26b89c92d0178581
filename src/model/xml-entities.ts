// Entity and character references in XML text: the five of XML itself and numbers, nothing else.

import { malformed, type XmlSource } from './xml-source.js';

const NAMED: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['apos', "'"],
  ['quot', '"'],
]);

const REFERENCE = /&(?:[^\s;&<]{1,40};)?/g;

/** Refuses the first reference in the text from `start` to `end` that stands for nothing. */
export function checkReferences(source: XmlSource, start: number, end: number): void {
  for (const { 0: found, index } of source.text.slice(start, end).matchAll(REFERENCE)) {
    if (decode(found) !== undefined) continue;
    const what = found === '&' ? 'a bare "&"' : `the reference ${found}`;
    throw malformed(source, start + index, `${what} is not allowed`, 'write &amp; for the character itself');
  }
}

/** Replaces checked references once; what comes out is not read again, so nothing can expand. */
export function decodeReferences(raw: string): string {
  return raw.includes('&') ? raw.replace(REFERENCE, (found) => decode(found) ?? found) : raw;
}

function decode(reference: string): string | undefined {
  const name = reference.slice(1, -1);
  const number = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name);
  if (number === null) return NAMED.get(name);
  const code = number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16);
  return isXmlCharacter(code) ? String.fromCodePoint(code) : undefined;
}

function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}
