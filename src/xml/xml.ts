// Parses XML text into a tree of elements with positions; rejects text that is not well-formed.

import { XMLParser } from 'fast-xml-parser';
import { messageOf } from '../base/errors.js';
import type { Position } from './fault.js';
import { checkXml, MAX_XML_DEPTH, type ElementSpan } from './check-syntax.js';
import { createSource, malformed, MAX_XML_LENGTH, type XmlSource } from './source.js';

export { MAX_XML_DEPTH } from './check-syntax.js';

export interface XmlAttribute extends Position {
  readonly name: string;
  readonly value: string;
  /** Offsets of the attribute, from its name to after its closing quote. */
  readonly start: number;
  readonly end: number;
}

export interface XmlElement extends Position {
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** All text directly inside, CDATA included, trimmed. */
  readonly text: string;
  /** The same text with surrounding blanks. */
  readonly exactText: string;
  /** Start of the text; undefined if it is blank. */
  readonly textAt: Position | undefined;
  /** Offsets: of its `<`, after its opening tag, of its closing tag, after its closing tag. */
  readonly start: number;
  readonly openEnd: number;
  readonly closeStart: number;
  readonly end: number;
}

/** A node of the parser: `{ NAME: children, ':@': attributes }` or `{ '#text': text }`; its offset is under a symbol. */
type ParsedNode = Readonly<Record<string | symbol, unknown>>;
type ParsedPlace = { readonly startIndex?: number } | undefined;

interface ReadContext {
  readonly source: XmlSource;
  readonly spans: ReadonlyMap<number, ElementSpan>;
}

/** Parses the text of a file; `path` is for messages. Throws XML_MALFORMED with the line and column of each fault. */
export function readXml(text: string, path: string): XmlElement {
  const source = createSource(text, path);
  if (text.length > MAX_XML_LENGTH) {
    throw malformed(source, 0, `the file has ${text.length} characters, at most ${MAX_XML_LENGTH} are read`);
  }
  const spans = checkXml(source);
  const [root] = composeAll(parse(source), { source, spans });
  if (root === undefined) throw malformed(source, 0, 'the file contains no element');
  return root;
}

/** Keeps every value as text. `checkXml` has already rejected dangerous names and references. */
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
    // Required to decode numeric character references.
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

function composeAll(nodes: readonly ParsedNode[], reading: ReadContext): readonly XmlElement[] {
  return nodes.flatMap((node) => {
    const place = node[XMLParser.getMetaDataSymbol() as symbol] as ParsedPlace;
    const elementSpan = reading.spans.get(place?.startIndex ?? -1);
    return elementSpan === undefined ? [] : [composeElement(node, elementSpan, reading)];
  });
}

function composeElement(node: ParsedNode, elementSpan: ElementSpan, reading: ReadContext): XmlElement {
  const { name, start, openEnd, closeStart, end, textStart } = elementSpan;
  const { source } = reading;
  const inner = node[name] as readonly ParsedNode[];
  const exactText = inner.map((child) => (typeof child['#text'] === 'string' ? child['#text'] : '')).join('');
  const text = exactText.trim();
  return {
    name,
    attributes: composeAttributes(
      (node[':@'] ?? {}) as Readonly<Record<string, string>>,
      elementSpan,
      source,
    ),
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
  elementSpan: ElementSpan,
  source: XmlSource,
): readonly XmlAttribute[] {
  return [...elementSpan.attributes].map(([name, span]) => {
    const value = values[name] ?? '';
    // Literal line ends and tabs become blanks (XML attribute normalization); character references stay.
    const isBroken = /[\t\r\n]/.test(source.text.slice(span.start, span.end));
    const plain = isBroken ? value.replace(/[\t\n]/g, ' ') : value;
    return { name, value: plain, ...span, ...source.positionAt(span.start) };
  });
}
