// Checks that a text is well-formed XML, because the parser accepts much that is not. Records where elements are.

import { ContextdError } from '../base/errors.js';
import { MAX_REPORTED_FAULTS, quoteText, type Fault } from './fault.js';
import { findClosest } from '../base/suggest.js';
import { CLOSING, GIVE_UP, OPENING, skipFault } from './error-recovery.js';
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

/** Offsets of an element. For `<name/>` the closing tag starts and ends where the tag ends. */
export interface ElementSpan {
  readonly name: string;
  readonly start: number;
  readonly openEnd: number;
  /** Each from its name to after its closing quote, in the order of the text. */
  readonly attributes: Attributes;
  closeStart: number;
  end: number;
  /** Offset of its first text that is not blank. */
  textStart: number | undefined;
}

interface Check {
  readonly source: XmlSource;
  /** The open elements, the innermost last. */
  readonly open: ElementSpan[];
  /** All elements by their start. */
  readonly spans: Map<number, ElementSpan>;
  /** Faults found so far. */
  readonly faults: Fault[];
}

/** Markup that starts with `opens` must match `pattern`; without `pattern` it is not allowed. */
interface Construct {
  readonly opens: RegExp;
  readonly pattern?: RegExp;
  readonly fault: string;
  readonly hint?: string;
  /** Further checks. Returns the end offset if it is not the end of the match. */
  readonly then?: (check: Check, found: RegExpExecArray) => number | undefined;
}

/** A byte order mark and blank lines before the declaration are tolerated: real files have them. */
const PROLOGUE = /\uFEFF?[ \t\r\n]*(?:<\?xml[ \t\r\n]+version[ \t\r\n]*=[^?<>]*\?>)?/y;
const CONSTRUCTS: readonly Construct[] = [
  { opens: /<!--/y, pattern: /<!--[^]*?-->/y, fault: 'this comment is never closed', then: checkComment },
  {
    opens: /<!\[CDATA\[/y,
    pattern: /<!\[CDATA\[([^]*?)\]\]>/y,
    fault: 'this CDATA section is never closed',
    then: (check, { index, 1: value = '' }) => recordText(check, index, value),
  },
  {
    opens: /<!/y,
    fault: 'a DOCTYPE or other declaration is not allowed',
    hint: 'remove it; write the characters themselves instead of entities',
  },
  {
    opens: /<\?xml[\s?]/iy,
    fault: 'the XML declaration is misplaced or incomplete',
    hint: 'write it at the start of the file',
  },
  {
    // The parser requires closed quotes here too.
    opens: /<\?/y,
    pattern: new RegExp(`<\\?${NAME}(?:[ \\t\\r\\n](?:"[^"]*"|'[^']*'|[^"'])*?)?\\?>`, 'uy'),
    fault: '"<?" does not start a complete processing instruction',
  },
  {
    opens: /<\//y,
    pattern: CLOSING,
    fault: 'this closing tag is not complete',
    then: closeElement,
  },
  {
    opens: /</y,
    pattern: OPENING,
    fault: '"<" does not start a tag',
    hint: 'write &lt; for the character itself',
    then: openElement,
  },
];

/** Returns the elements by their start offset. Throws one XML_MALFORMED with all faults. Takes time linear in the length of the text. */
export function checkXml(source: XmlSource): ReadonlyMap<number, ElementSpan> {
  const { text } = source;
  const forbidden = text.search(FORBIDDEN_CHARACTER);
  if (forbidden !== -1) {
    const code = text.charCodeAt(forbidden).toString(16).toUpperCase().padStart(4, '0');
    throw malformed(source, forbidden, `character U+${code} is not allowed in XML`);
  }
  const check: Check = { source, open: [], spans: new Map(), faults: [] };
  let at = matchAt(PROLOGUE, text, 0)?.[0].length ?? 0;
  while (at < text.length) at = readNext(check, at);
  // Skipped if the check was aborted (GIVE_UP).
  if (at === text.length) collectFaults(check, () => checkEnd(check));
  if (check.faults.length > 0) throw allMalformed(source, check.faults);
  return check.spans;
}

/** Returns the next offset to read, after a fault too. */
function readNext(check: Check, at: number): number {
  const isMarkup = check.source.text[at] === '<';
  const next = collectFaults(check, () => (isMarkup ? readMarkup(check, at) : readText(check, at)));
  if (next !== undefined) return next;
  return check.faults.length >= MAX_REPORTED_FAULTS ? GIVE_UP : recover(check, at);
}

function collectFaults<T>(check: Check, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ContextdError)) throw error;
    check.faults.push(...(error.details as { readonly faults: readonly Fault[] }).faults);
    return undefined;
  }
}

/** Skips faulty markup and returns its end; treats a faulty tag as if it were correct. */
function recover(check: Check, start: number): number {
  const { end, opened, closed } = skipFault(check.source.text, start);
  if (opened !== undefined && check.open.length >= MAX_XML_DEPTH) return GIVE_UP;
  if (opened !== undefined) check.open.push(createSpan(opened, start, end));
  if (closed !== undefined && closed === check.open.at(-1)?.name) check.open.pop();
  return end;
}

function createSpan(
  name: string,
  start: number,
  end: number,
  attributes: Attributes = new Map(),
): ElementSpan {
  return { name, start, openEnd: end, attributes, closeStart: end, end, textStart: undefined };
}

function checkEnd({ source, open, spans, faults }: Check): void {
  const unclosed = open.at(-1);
  if (unclosed !== undefined) {
    const { name, start } = unclosed;
    throw malformed(source, start, `<${name}> is never closed`, `add </${name}>`);
  }
  if (spans.size === 0 && faults.length === 0) throw malformed(source, 0, 'the file contains no element');
}

/** Returns the end of the markup that starts at `start`. */
function readMarkup(check: Check, start: number): number {
  const { source } = check;
  const construct = CONSTRUCTS.find(({ opens }) => matchAt(opens, source.text, start) !== null);
  if (construct === undefined) return start + 1;
  const { pattern, fault, hint, then } = construct;
  const found = pattern === undefined ? null : matchAt(pattern, source.text, start);
  if (found === null) throw malformed(source, start, fault, hint);
  return then?.(check, found) ?? start + found[0].length;
}

function readText(check: Check, start: number): number {
  const { source } = check;
  const next = source.text.indexOf('<', start);
  const end = next === -1 ? source.text.length : next;
  const raw = source.text.slice(start, end);
  const stray = raw.indexOf(']]>');
  if (stray !== -1)
    throw malformed(source, start + stray, '"]]>" is only allowed at the end of a CDATA section');
  checkReferences(source, start, raw);
  recordText(check, start, raw);
  return end;
}

function recordText({ source, open }: Check, start: number, value: string): undefined {
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
  { source, open, spans }: Check,
  { 1: name = '', index: start }: RegExpExecArray,
): number {
  const { attributes, end, isEmpty } = readTag(source, start, name);
  const [root] = spans.values();
  if (root !== undefined && open.length === 0) {
    const message = `a second root element <${name}>, after <${root.name}> of line ${lineOf(source, root)}`;
    throw malformed(source, start, message, 'a file has one root element');
  }
  if (open.length >= MAX_XML_DEPTH) {
    throw malformed(source, start, `<${name}> is nested more than ${MAX_XML_DEPTH} deep`);
  }
  const span = createSpan(name, start, end, attributes);
  spans.set(start, span);
  if (!isEmpty) open.push(span);
  return end;
}

function closeElement(check: Check, { 0: tag, 1: name = '', index }: RegExpExecArray): undefined {
  const span = check.open.pop();
  if (span?.name !== name) throw mismatchedClose(check, span, name, index);
  span.closeStart = index;
  span.end = index + tag.length;
}

/** Returns the error, and repairs the stack of open elements so that the following tags can be checked. */
function mismatchedClose(
  { source, open }: Check,
  last: ElementSpan | undefined,
  name: string,
  at: number,
): Error {
  const tag = `</${name}>`;
  if (last === undefined) return malformed(source, at, `stray ${tag}: no element is open here`, 'remove it');
  const expected = `<${last.name}> of line ${lineOf(source, last)} is open here`;
  const outer = open.findLastIndex((each) => each.name === name);
  if (outer !== -1) {
    open.length = outer;
    const hint = `close it with </${last.name}> first`;
    return malformed(source, at, `${tag} does not match: ${expected}`, hint);
  }
  const isTypo = findClosest(name, [last.name]) !== undefined;
  if (!isTypo) open.push(last);
  return malformed(
    source,
    at,
    `stray ${tag}: ${expected}`,
    isTypo ? `did you mean </${last.name}>?` : 'remove it',
  );
}

function lineOf(source: XmlSource, { start }: ElementSpan): number {
  return source.positionAt(start).line;
}
