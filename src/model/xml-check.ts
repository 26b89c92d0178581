// Is it XML? Asked before the parser, which accepts much that is none. On the way it notes where elements stand.

import { closest } from './suggest.js';
import { malformed, type XmlSource } from './xml-source.js';
import {
  checkReferences,
  FORBIDDEN_CHARACTER,
  matchAt,
  readOpenTag,
  skipBlanks,
  XML_BLANK,
  XML_NAME,
  type OpenTag,
} from './xml-tag.js';

export const MAX_XML_DEPTH = 64;

/** Where an element stands, in offsets. */
export interface XmlMark {
  readonly tag: OpenTag;
  /** Of the closing tag and behind it; of an element without one where its only tag ends. */
  closeStart: number;
  end: number;
  /** The first text in it that is not blank. */
  textStart: number | undefined;
}

interface Check {
  readonly source: XmlSource;
  /** The elements that are open, the innermost last. */
  readonly open: XmlMark[];
  /** All elements by their start. */
  readonly marks: Map<number, XmlMark>;
}

/** What starts with `opens` must be a `whole` one; without a `whole` it is never allowed. */
interface Construct {
  readonly opens: RegExp;
  readonly whole?: RegExp;
  readonly fault: string;
  readonly hint?: string;
  readonly then?: (check: Check, found: RegExpExecArray) => void;
}

/** A byte order mark and blank lines before the declaration are tolerated: real files have them. */
const PROLOGUE = /\uFEFF?[ \t\r\n]*(?:<\?xml[ \t\r\n]+version[ \t\r\n]*=[^?<>]*\?>)?/y;

const CONSTRUCTS: readonly Construct[] = [
  {
    opens: /<!--/y,
    whole: /<!--[^]*?-->/y,
    fault: 'this comment is never closed',
    hint: 'end it with -->',
    then: checkComment,
  },
  {
    opens: /<!\[CDATA\[/y,
    whole: /<!\[CDATA\[([^]*?)\]\]>/y,
    fault: 'this CDATA section is never closed',
    hint: 'end it with ]]>',
    then: (check, { index, 1: value = '' }) => noteText(check, index, value),
  },
  {
    opens: /<!/y,
    fault: 'a DOCTYPE or other declaration is not allowed',
    hint: 'remove it; write the characters themselves instead of entities',
  },
  {
    opens: /<\?xml[\s?]/iy,
    fault: 'the XML declaration is misplaced or incomplete',
    hint: 'it starts the file',
  },
  {
    opens: /<\?/y,
    whole: new RegExp(`<\\?${XML_NAME}(?:[ \\t\\r\\n][^]*?)?\\?>`, 'uy'),
    fault: '"<?" starts no complete instruction',
    then: checkInstruction,
  },
  {
    opens: /<\//y,
    whole: new RegExp(`</(${XML_NAME})${XML_BLANK}>`, 'uy'),
    fault: 'this closing tag is not complete',
    then: closeElement,
  },
];

/** Throws XML_MALFORMED with line and column of the first thing that is no XML; linear in the length of the text. */
export function checkXml(source: XmlSource): ReadonlyMap<number, XmlMark> {
  const { text } = source;
  const odd = text.search(FORBIDDEN_CHARACTER);
  if (odd !== -1) throw malformed(source, odd, `character ${codePoint(text, odd)} is not allowed in XML`);
  const check: Check = { source, open: [], marks: new Map() };
  let at = matchAt(PROLOGUE, text, 0)?.[0].length ?? 0;
  while (at < text.length) at = text[at] === '<' ? readMarkup(check, at) : readText(check, at);
  const unclosed = check.open.at(-1);
  if (unclosed !== undefined) {
    const { name, start } = unclosed.tag;
    throw malformed(source, start, `<${name}> is never closed`, `add </${name}>`);
  }
  if (check.marks.size === 0) throw malformed(source, 0, 'the file has no element');
  return check.marks;
}

/** Returns where the construct that starts at `start` ends. */
function readMarkup(check: Check, start: number): number {
  const { source } = check;
  const construct = CONSTRUCTS.find(({ opens }) => matchAt(opens, source.text, start) !== null);
  if (construct === undefined) {
    const tag = readOpenTag(source, start);
    openElement(check, tag);
    return tag.end;
  }
  const { whole, fault, hint, then } = construct;
  const found = whole === undefined ? null : matchAt(whole, source.text, start);
  if (found === null) throw malformed(source, start, fault, hint);
  then?.(check, found);
  return start + found[0].length;
}

function readText(check: Check, start: number): number {
  const { source } = check;
  const next = source.text.indexOf('<', start);
  const end = next === -1 ? source.text.length : next;
  const raw = source.text.slice(start, end);
  const stray = raw.indexOf(']]>');
  if (stray !== -1) throw malformed(source, start + stray, '"]]>" closes no CDATA section');
  checkReferences(source, start, end);
  noteText(check, start, raw);
  return end;
}

function noteText({ source, open }: Check, start: number, value: string): void {
  if (value.trim() === '') return;
  const at = skipBlanks(source.text, start);
  const parent = open.at(-1);
  if (parent === undefined) {
    throw malformed(source, at, `text "${shorten(value)}" outside of the root element`);
  }
  parent.textStart ??= at;
}

function checkComment({ source }: Check, { 0: comment, index }: RegExpExecArray): void {
  const dashes = comment.indexOf('--', 4);
  if (dashes < comment.length - 3) throw malformed(source, index + dashes, 'a comment must not contain "--"');
}

/** The parser looks for the end of quotes even there. */
function checkInstruction({ source }: Check, { 0: instruction, index }: RegExpExecArray): void {
  if (!/["']/.test(instruction.replace(/"[^"]*"|'[^']*'/g, ''))) return;
  throw malformed(source, index, 'quotes in an instruction must be closed');
}

function openElement({ source, open, marks }: Check, tag: OpenTag): void {
  const { name, start, end, isEmpty } = tag;
  const [root] = marks.values();
  if (root !== undefined && open.length === 0) {
    const message = `a second root element <${name}>, after <${root.tag.name}> of line ${lineOf(source, root)}`;
    throw malformed(source, start, message, 'a file has one root element');
  }
  if (open.length >= MAX_XML_DEPTH) {
    throw malformed(source, start, `<${name}> is nested more than ${MAX_XML_DEPTH} deep`);
  }
  const mark: XmlMark = { tag, closeStart: end, end, textStart: undefined };
  marks.set(start, mark);
  if (!isEmpty) open.push(mark);
}

function closeElement(check: Check, { 0: whole, 1: name = '', index }: RegExpExecArray): void {
  const mark = check.open.pop();
  if (mark?.tag.name !== name) throw wrongClose(check, mark, name, index);
  mark.closeStart = index;
  mark.end = index + whole.length;
}

function wrongClose({ source, open }: Check, last: XmlMark | undefined, name: string, at: number): Error {
  const tag = `</${name}>`;
  if (last === undefined) return malformed(source, at, `stray ${tag}: no element is open here`, 'remove it');
  const expected = `<${last.tag.name}> of line ${lineOf(source, last)} is open here`;
  if (open.some((outer) => outer.tag.name === name)) {
    const hint = `close it with </${last.tag.name}> first`;
    return malformed(source, at, `${tag} does not fit: ${expected}`, hint);
  }
  const isTypo = closest(name, [last.tag.name]) !== undefined;
  const hint = isTypo ? `did you mean </${last.tag.name}>?` : 'remove it';
  return malformed(source, at, `stray ${tag}: ${expected}`, hint);
}

function lineOf(source: XmlSource, { tag }: XmlMark): number {
  return source.positionAt(tag.start).line;
}

function shorten(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > 40 ? `${line.slice(0, 40)}...` : line;
}

function codePoint(text: string, at: number): string {
  return `U+${text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')}`;
}
