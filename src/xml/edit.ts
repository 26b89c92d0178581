// Adds and removes task services in a context file, so that all other bytes stay the same.

import { ContextdError } from '../base/errors.js';
import { readXml, type XmlElement } from './xml.js';

export interface Insertion {
  /** Offset of `inserted` in `text`. */
  readonly offset: number;
  readonly inserted: string;
  readonly text: string;
}

const DEFAULT_INDENT = '  ';
/** A comment after an element on the same line belongs to it: new text is inserted after the comment. */
const REST_OF_LINE = /^(?:[ \t]|<!--(?:(?!-->)[^\r\n])*-->)*(?=\r?\n)/;

/**
 * Inserts `blocks` after the last TaskService, in the line ends and the indentation of the file. Each block is an element
 * with an indentation of two blanks per level, starting at column 1. Throws XML_MALFORMED and TPL_CONFLICT.
 */
export function addTaskServices(text: string, path: string, blocks: readonly string[]): Insertion {
  const root = readXml(text, path);
  if (root.closeStart === root.end) {
    const message = `${path}:${root.line}: cannot add elements to the empty element <${root.name}/>`;
    throw new ContextdError('TPL_CONFLICT', message, { hint: `write <${root.name}></${root.name}>` });
  }
  const last = root.children.findLast(({ name }) => name === 'TaskService');
  const offset = last === undefined ? endOfContent(text, root) : endOfLine(text, last.end);
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? '\n';
  const { base, unit } = findIndent(text, root, last);
  const lines = blocks.flatMap((block) => block.split('\n'));
  const body = lines.map((line) => `${lineEnd}${base}${indent(line, unit)}`).join('');
  const isLineEndNext = /^[ \t]*\r?\n/.test(text.slice(offset, root.closeStart));
  const inserted = body + (isLineEndNext ? '' : `${lineEnd}${indentOf(text, root) ?? ''}`);
  return { offset, inserted, text: text.slice(0, offset) + inserted + text.slice(offset) };
}

/** Removes an element with its line ends and the comment that follows it on its line; all other bytes stay the same. */
export function removeElement(text: string, { start, end }: Pick<XmlElement, 'start' | 'end'>): string {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const isFirst = text.slice(lineStart, start).trim() === '';
  const last = endOfLine(text, end);
  const lineEnd = /^[ \t]*\r?\n/.exec(text.slice(last))?.[0].length;
  if (!isFirst || lineEnd === undefined) return text.slice(0, start) + text.slice(end);
  return text.slice(0, lineStart) + text.slice(last + lineEnd);
}

/** Returns the value of the attribute or child element `name`. */
export function valueIn(element: XmlElement | undefined, name: string): string | undefined {
  const attribute = element?.attributes.find((candidate) => candidate.name === name);
  return attribute?.value ?? childOf(element, name)?.text;
}

export function childOf(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  return path.reduce((parent, name) => parent?.children.find((child) => child.name === name), element);
}

function endOfContent(text: string, root: XmlElement): number {
  return root.openEnd + text.slice(root.openEnd, root.closeStart).trimEnd().length;
}

function endOfLine(text: string, from: number): number {
  return from + (REST_OF_LINE.exec(text.slice(from))?.[0].length ?? 0);
}

/** Detects the indentation of the sibling elements; uses the default if they share a line. */
function findIndent(text: string, root: XmlElement, last: XmlElement | undefined) {
  const outer = indentOf(text, root) ?? '';
  const sibling = last ?? root.children.at(-1);
  const base = (sibling && indentOf(text, sibling)) ?? outer + DEFAULT_INDENT;
  const inner = last?.children[0] && indentOf(text, last.children[0]);
  const unit = extraIndent(inner, base) ?? extraIndent(base, outer) ?? DEFAULT_INDENT;
  return { base, unit };
}

function extraIndent(longer: string | undefined, shorter: string): string | undefined {
  const isDeeper = longer?.startsWith(shorter) === true && longer.length > shorter.length;
  return isDeeper ? longer.slice(shorter.length) : undefined;
}

/** Returns the blanks before an element that is the first on its line; undefined otherwise. */
function indentOf(text: string, element: XmlElement): string | undefined {
  const lineStart = text.lastIndexOf('\n', element.start - 1) + 1;
  const before = text.slice(element.start === 0 ? 0 : lineStart, element.start);
  return /^[ \t]*$/.test(before) ? before : undefined;
}

function indent(line: string, unit: string): string {
  const content = line.trimStart();
  return unit.repeat((line.length - content.length) / DEFAULT_INDENT.length) + content;
}
