// Is it XML? Asked before the parser, which accepts much that is none. On the way it notes where elements stand.

import { ContextdError } from '../base/errors.js';
import { MOST_FAULTS_TOLD, quoteText, type Fault } from './fault.js';
import { closest } from '../base/suggest.js';
import { CLOSING, GIVE_UP, OPENING, skipFault } from './resume.js';
import { allMalformed, malformed, type XmlSource } from './source.js';
import {
  checkReferences,
  endOfBlanks,
  FORBIDDEN_CHARACTER,
  matchAt,
  readTag,
  XML_NAME as NAME,
  type Attributes,
} from './tag.js';

export const MAX_XML_DEPTH = 64;

/** Where an element stands, in offsets; an element without a closing tag has it where its only tag ends. */
export interface XmlMark {
  readonly name: string;
  readonly start: number;
  readonly openEnd: number;
  /** Each from its name to behind its closing quote, in the order of the text. */
  readonly attributes: Attributes;
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
  /** What was wrong so far. */
  readonly faults: Fault[];
}

/** What starts with `opens` must be a `whole` one; without a `whole` it is never allowed. */
interface Construct {
  readonly opens: RegExp;
  readonly whole?: RegExp;
  readonly fault: string;
  readonly hint?: string;
  /** Returns where it ends if `whole` does not tell. */
  readonly then?: (check: Check, found: RegExpExecArray) => number | undefined;
}

/** A byte order mark and blank lines before the declaration are tolerated: real files have them. */
const PROLOGUE = /\uFEFF?[ \t\r\n]*(?:<\?xml[ \t\r\n]+version[ \t\r\n]*=[^?<>]*\?>)?/y;
const CONSTRUCTS: readonly Construct[] = [
  { opens: /<!--/y, whole: /<!--[^]*?-->/y, fault: 'this comment is never closed', then: checkComment },
  {
    opens: /<!\[CDATA\[/y,
    whole: /<!\[CDATA\[([^]*?)\]\]>/y,
    fault: 'this CDATA section is never closed',
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
    // The parser looks for closed quotes even here.
    opens: /<\?/y,
    whole: new RegExp(`<\\?${NAME}(?:[ \\t\\r\\n](?:"[^"]*"|'[^']*'|[^"'])*?)?\\?>`, 'uy'),
    fault: '"<?" starts no complete instruction',
  },
  {
    opens: /<\//y,
    whole: CLOSING,
    fault: 'this closing tag is not complete',
    then: closeElement,
  },
  {
    opens: /</y,
    whole: OPENING,
    fault: '"<" starts no tag',
    hint: 'write &lt; for the character itself',
    then: openElement,
  },
];

/** Throws one XML_MALFORMED with line and column of everything that is no XML; linear in the length of the text. */
export function checkXml(source: XmlSource): ReadonlyMap<number, XmlMark> {
  const { text } = source;
  const odd = text.search(FORBIDDEN_CHARACTER);
  if (odd !== -1) {
    const code = text.charCodeAt(odd).toString(16).toUpperCase().padStart(4, '0');
    throw malformed(source, odd, `character U+${code} is not allowed in XML`);
  }
  const check: Check = { source, open: [], marks: new Map(), faults: [] };
  let at = matchAt(PROLOGUE, text, 0)?.[0].length ?? 0;
  while (at < text.length) at = readNext(check, at);
  // Not where reading was given up.
  if (at === text.length) noteFault(check, () => checkEnd(check));
  if (check.faults.length > 0) throw allMalformed(source, check.faults);
  return check.marks;
}

/** Returns where to go on, also behind what is wrong. */
function readNext(check: Check, at: number): number {
  const isMarkup = check.source.text[at] === '<';
  const next = noteFault(check, () => (isMarkup ? readMarkup(check, at) : readText(check, at)));
  if (next !== undefined) return next;
  return check.faults.length >= MOST_FAULTS_TOLD ? GIVE_UP : skipFaulty(check, at);
}

function noteFault<T>(check: Check, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ContextdError)) throw error;
    check.faults.push(...(error.details as { readonly faults: readonly Fault[] }).faults);
    return undefined;
  }
}

/** Goes on behind what is wrong, as if a tag there were right. */
function skipFaulty(check: Check, start: number): number {
  const { end, opened, closed } = skipFault(check.source.text, start);
  if (opened !== undefined && check.open.length >= MAX_XML_DEPTH) return GIVE_UP;
  if (opened !== undefined) check.open.push(markOf(opened, start, end));
  if (closed !== undefined && closed === check.open.at(-1)?.name) check.open.pop();
  return end;
}

function markOf(name: string, start: number, end: number, attributes: Attributes = new Map()): XmlMark {
  return { name, start, openEnd: end, attributes, closeStart: end, end, textStart: undefined };
}

function checkEnd({ source, open, marks, faults }: Check): void {
  const unclosed = open.at(-1);
  if (unclosed !== undefined) {
    const { name, start } = unclosed;
    throw malformed(source, start, `<${name}> is never closed`, `add </${name}>`);
  }
  if (marks.size === 0 && faults.length === 0) throw malformed(source, 0, 'the file has no element');
}

/** Returns where the construct that starts at `start` ends. */
function readMarkup(check: Check, start: number): number {
  const { source } = check;
  const construct = CONSTRUCTS.find(({ opens }) => matchAt(opens, source.text, start) !== null);
  if (construct === undefined) return start + 1;
  const { whole, fault, hint, then } = construct;
  const found = whole === undefined ? null : matchAt(whole, source.text, start);
  if (found === null) throw malformed(source, start, fault, hint);
  return then?.(check, found) ?? start + found[0].length;
}

function readText(check: Check, start: number): number {
  const { source } = check;
  const next = source.text.indexOf('<', start);
  const end = next === -1 ? source.text.length : next;
  const raw = source.text.slice(start, end);
  const stray = raw.indexOf(']]>');
  if (stray !== -1) throw malformed(source, start + stray, '"]]>" closes no CDATA section');
  checkReferences(source, start, raw);
  noteText(check, start, raw);
  return end;
}

function noteText({ source, open }: Check, start: number, value: string): undefined {
  if (value.trim() === '') return;
  const at = endOfBlanks(source.text, start);
  const parent = open.at(-1);
  if (parent === undefined) {
    throw malformed(source, at, `text ${quoteText(value)} outside of the root element`);
  }
  parent.textStart ??= at;
}

function checkComment({ source }: Check, { 0: comment, index }: RegExpExecArray): undefined {
  const dashes = comment.indexOf('--', 4);
  if (dashes < comment.length - 3) throw malformed(source, index + dashes, 'a comment must not contain "--"');
}

function openElement(
  { source, open, marks }: Check,
  { 1: name = '', index: start }: RegExpExecArray,
): number {
  const { attributes, end, isEmpty } = readTag(source, start, name);
  const [root] = marks.values();
  if (root !== undefined && open.length === 0) {
    const message = `a second root element <${name}>, after <${root.name}> of line ${lineOf(source, root)}`;
    throw malformed(source, start, message, 'a file has one root element');
  }
  if (open.length >= MAX_XML_DEPTH) {
    throw malformed(source, start, `<${name}> is nested more than ${MAX_XML_DEPTH} deep`);
  }
  const mark = markOf(name, start, end, attributes);
  marks.set(start, mark);
  if (!isEmpty) open.push(mark);
  return end;
}

function closeElement(check: Check, { 0: whole, 1: name = '', index }: RegExpExecArray): undefined {
  const mark = check.open.pop();
  if (mark?.name !== name) throw wrongClose(check, mark, name, index);
  mark.closeStart = index;
  mark.end = index + whole.length;
}

/** Leaves open what will be closed as if this tag were right, or were not there. */
function wrongClose({ source, open }: Check, last: XmlMark | undefined, name: string, at: number): Error {
  const tag = `</${name}>`;
  if (last === undefined) return malformed(source, at, `stray ${tag}: no element is open here`, 'remove it');
  const expected = `<${last.name}> of line ${lineOf(source, last)} is open here`;
  const outer = open.findLastIndex((each) => each.name === name);
  if (outer !== -1) {
    open.length = outer;
    const hint = `close it with </${last.name}> first`;
    return malformed(source, at, `${tag} does not fit: ${expected}`, hint);
  }
  const isTypo = closest(name, [last.name]) !== undefined;
  if (!isTypo) open.push(last);
  return malformed(
    source,
    at,
    `stray ${tag}: ${expected}`,
    isTypo ? `did you mean </${last.name}>?` : 'remove it',
  );
}

function lineOf(source: XmlSource, { start }: XmlMark): number {
  return source.positionAt(start).line;
}
