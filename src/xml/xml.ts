// XML text -> a tree of elements that know where they stand; whatever is not well-formed is refused.

import { XMLParser } from 'fast-xml-parser';
import { messageOf } from '../base/errors.js';
import type { Position } from './fault.js';
import { checkXml, MAX_XML_DEPTH, type XmlMark } from './check-syntax.js';
import { createSource, malformed, MAX_XML_LENGTH, type XmlSource } from './source.js';

export { MAX_XML_DEPTH } from './check-syntax.js';

export interface XmlAttribute extends Position {
  readonly name: string;
  readonly value: string;
  /** Offsets of the whole attribute: from its name to behind its closing quote. */
  readonly start: number;
  readonly end: number;
}

export interface XmlElement extends Position {
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** All text directly inside, CDATA included, trimmed. */
  readonly text: string;
  /** The same, with the blanks around it. */
  readonly exactText: string;
  /** Where that text starts; undefined if it is blank. */
  readonly textAt: Position | undefined;
  /** Offsets: of its `<`, behind its opening tag, of its closing tag, behind the closing tag. */
  readonly start: number;
  readonly openEnd: number;
  readonly closeStart: number;
  readonly end: number;
}

/** A node of the parser: `{ NAME: children, ':@': attributes }` or `{ '#text': text }`; its place under a symbol. */
type ParsedNode = Readonly<Record<string | symbol, unknown>>;
type ParsedPlace = { readonly startIndex?: number } | undefined;

interface Reading {
  readonly source: XmlSource;
  readonly marks: ReadonlyMap<number, XmlMark>;
}

/** Reads a whole file. Throws XML_MALFORMED with line and column of the first thing that is no XML. */
export function readXml(text: string, path: string): XmlElement {
  const source = createSource(text, path);
  if (text.length > MAX_XML_LENGTH) {
    throw malformed(source, 0, `the file has ${text.length} characters, at most ${MAX_XML_LENGTH} are read`);
  }
  const marks = checkXml(source);
  const [root] = composeAll(parse(source), { source, marks });
  if (root === undefined) throw malformed(source, 0, 'the file has no element');
  return root;
}

/** Every text stays the text that it is; names and references that could do harm were refused before. */
function parse(source: XmlSource): readonly ParsedNode[] {
  const parser = new XMLParser({
    preserveOrder: true,
    captureMetaData: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    // Without it numbered characters are not decoded.
    htmlEntities: true,
    maxNestedTags: MAX_XML_DEPTH,
    jPath: false,
    onDangerousProperty: (name) => name,
  });
  try {
    return parser.parse(source.text) as readonly ParsedNode[];
  } catch (error) {
    throw malformed(source, 0, messageOf(error));
  }
}

function composeAll(nodes: readonly ParsedNode[], reading: Reading): readonly XmlElement[] {
  return nodes.flatMap((node) => {
    const place = node[XMLParser.getMetaDataSymbol() as symbol] as ParsedPlace;
    const mark = reading.marks.get(place?.startIndex ?? -1);
    return mark === undefined ? [] : [composeElement(node, mark, reading)];
  });
}

function composeElement(node: ParsedNode, mark: XmlMark, reading: Reading): XmlElement {
  const { name, start, openEnd, closeStart, end, textStart } = mark;
  const { source } = reading;
  const inner = node[name] as readonly ParsedNode[];
  const exactText = inner.map((child) => (typeof child['#text'] === 'string' ? child['#text'] : '')).join('');
  const text = exactText.trim();
  return {
    name,
    attributes: composeAttributes((node[':@'] ?? {}) as Readonly<Record<string, string>>, mark, source),
    children: composeAll(inner, reading),
    text,
    exactText,
    textAt: text === '' || textStart === undefined ? undefined : source.positionAt(textStart),
    start,
    openEnd,
    closeStart,
    end,
    ...source.positionAt(start),
  };
}

function composeAttributes(
  values: Readonly<Record<string, string>>,
  mark: XmlMark,
  source: XmlSource,
): readonly XmlAttribute[] {
  return [...mark.attributes].map(([name, span]) => {
    const value = values[name] ?? '';
    // Line ends and tabs of the file are blanks there; those that it writes as references are not.
    const isBroken = /[\t\r\n]/.test(source.text.slice(span.start, span.end));
    const plain = isBroken ? value.replace(/[\t\n]/g, ' ') : value;
    return { name, value: plain, ...span, ...source.positionAt(span.start) };
  });
}
