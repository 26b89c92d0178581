// XML text -> a tree of elements that know where they stand; whatever is not well-formed is refused.

import type { Position } from './fault.js';
import { closest } from './suggest.js';
import { scanXml, type CloseToken, type OpenToken, type TextToken, type XmlAttribute } from './xml-scan.js';
import { createSource, malformed, MAX_XML_LENGTH, type XmlSource } from './xml-source.js';

export type { XmlAttribute } from './xml-scan.js';

export const MAX_XML_DEPTH = 64;

export interface XmlElement extends Position {
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** All text directly inside, CDATA included, trimmed. */
  readonly text: string;
  /** Where that text starts; undefined if it is blank. */
  readonly textAt: Position | undefined;
  /** Offsets: of its `<`, behind its opening tag, of its closing tag, behind the closing tag. */
  readonly start: number;
  readonly openEnd: number;
  readonly closeStart: number;
  readonly end: number;
}

interface Draft extends Position {
  readonly token: OpenToken;
  readonly children: XmlElement[];
  readonly texts: TextToken[];
}

/** Reads a whole file. Throws XML_MALFORMED with line and column of the first thing that is no XML. */
export function readXml(text: string, path: string): XmlElement {
  const source = createSource(text, path);
  if (text.length > MAX_XML_LENGTH) {
    throw malformed(source, 0, `the file has ${text.length} characters, at most ${MAX_XML_LENGTH} are read`);
  }
  const open: Draft[] = [];
  let root: XmlElement | undefined;
  for (const token of scanXml(source)) {
    if (token.kind === 'text') addText(source, open, token);
    else {
      const element =
        token.kind === 'open' ? openElement(source, open, token, root) : closeElement(source, open, token);
      if (element === undefined) continue;
      const parent = open.at(-1);
      if (parent === undefined) root = element;
      else parent.children.push(element);
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) {
    const { name, start } = unclosed.token;
    throw malformed(source, start, `<${name}> is never closed`, `add </${name}>`);
  }
  if (root === undefined) throw malformed(source, 0, 'the file has no element');
  return root;
}

function addText(source: XmlSource, open: readonly Draft[], token: TextToken): void {
  const parent = open.at(-1);
  if (parent !== undefined) parent.texts.push(token);
  else if (token.value.trim() !== '') {
    const at = skipBlanks(source, token.start);
    throw malformed(source, at, `text "${shorten(token.value)}" outside of the root element`);
  }
}

/** Returns the element if it is complete (`<name/>`), else puts it on the stack. */
function openElement(source: XmlSource, open: Draft[], token: OpenToken, root: XmlElement | undefined) {
  if (root !== undefined) {
    const message = `a second root element <${token.name}>, after <${root.name}> of line ${root.line}`;
    throw malformed(source, token.start, message, 'a file has one root element');
  }
  if (open.length >= MAX_XML_DEPTH) {
    throw malformed(source, token.start, `<${token.name}> is nested more than ${MAX_XML_DEPTH} deep`);
  }
  const draft: Draft = { token, children: [], texts: [], ...source.positionAt(token.start) };
  if (token.isEmpty) return complete(source, draft, token.end, token.end);
  open.push(draft);
  return undefined;
}

function closeElement(source: XmlSource, open: Draft[], token: CloseToken): XmlElement {
  const draft = open.at(-1);
  if (draft?.token.name !== token.name) throw wrongClose(source, open, token);
  open.pop();
  return complete(source, draft, token.start, token.end);
}

function wrongClose(source: XmlSource, open: readonly Draft[], token: CloseToken): Error {
  const last = open.at(-1);
  const tag = `</${token.name}>`;
  if (last === undefined) {
    return malformed(source, token.start, `stray ${tag}: no element is open here`, 'remove it');
  }
  const expected = `<${last.token.name}> of line ${last.line} is open here`;
  if (open.some((draft) => draft.token.name === token.name)) {
    const hint = `close it with </${last.token.name}> first`;
    return malformed(source, token.start, `${tag} does not fit: ${expected}`, hint);
  }
  const isTypo = closest(token.name, [last.token.name]) !== undefined;
  const hint = isTypo ? `did you mean </${last.token.name}>?` : 'remove it';
  return malformed(source, token.start, `stray ${tag}: ${expected}`, hint);
}

function complete(source: XmlSource, draft: Draft, closeStart: number, end: number): XmlElement {
  const { token, children, texts, line, column } = draft;
  const first = texts.find(({ value }) => value.trim() !== '');
  return {
    name: token.name,
    attributes: token.attributes,
    children,
    text: texts
      .map(({ value }) => value)
      .join('')
      .trim(),
    textAt: first && source.positionAt(skipBlanks(source, first.start)),
    start: token.start,
    openEnd: token.end,
    closeStart,
    end,
    line,
    column,
  };
}

function skipBlanks(source: XmlSource, start: number): number {
  const blank = /\s*/y;
  blank.lastIndex = start;
  blank.test(source.text);
  return blank.lastIndex;
}

function shorten(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > 40 ? `${line.slice(0, 40)}...` : line;
}
