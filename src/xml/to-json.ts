// Converts elements to the JSON of messages, and records the position of each value.

import { pathKey, type Fault, type Finding, type Position, type ValuePath } from './fault.js';
import { childPath, isEditorAttribute } from './element-schema.js';
import type { XmlElement } from './xml.js';

export interface JsonObject {
  [key: string]: JsonValue;
}
export type JsonValue = string | JsonObject | JsonValue[];

/** Key for the text of an element with attributes; it is not a valid XML name. */
const TEXT_KEY = '#text';

export interface JsonWithPositions {
  readonly value: JsonObject;
  /** Returns the position of the value at a path, or of its nearest parent. */
  readonly positionOf: (path: ValuePath) => Position;
}

/** Paths without list indices. */
export interface JsonForm {
  /** Elements that are always lists, even a single one. */
  readonly lists: readonly string[];
  /** Elements whose text keeps surrounding blanks; `PATH/*` matches every element in PATH. */
  readonly exact?: readonly string[];
}

/** Converts elements and attributes to keys; repeated elements and those in `lists` become lists. */
export function elementsToJson(root: XmlElement, form: JsonForm): JsonWithPositions {
  const positions = new Map<string, Position>([['', root]]);
  const value = readObject(root, [], { ...form, positions });
  const positionOf = (path: ValuePath): Position => {
    for (let length = path.length; length > 0; length--) {
      const position = positions.get(pathKey(path.slice(0, length)));
      if (position !== undefined) return position;
    }
    return root;
  };
  return { value, positionOf };
}

/** Converts findings to faults, sorted by line and column. */
export function toFaults(findings: readonly Finding[], wire: JsonWithPositions): readonly Fault[] {
  return findings
    .map((finding) => locate(finding, wire))
    .sort((one, other) => one.line - other.line || one.column - other.column);
}

/** Converts the path of a finding to line and column. */
function locate(finding: Finding, wire: JsonWithPositions): Fault {
  const { line, column } = finding.position ?? wire.positionOf(finding.path);
  const first = finding.firstAt && wire.positionOf(finding.firstAt);
  return {
    line,
    column,
    message: first === undefined ? finding.message : `${finding.message}, the first is on line ${first.line}`,
    ...(finding.hint === undefined ? {} : { hint: finding.hint }),
    severity: finding.severity ?? 'error',
  };
}

interface ReadContext extends JsonForm {
  readonly positions: Map<string, Position>;
}

function readValue(element: XmlElement, path: ValuePath, reading: ReadContext): JsonValue {
  reading.positions.set(pathKey(path), { line: element.line, column: element.column });
  if (element.children.length > 0 || element.attributes.length > 0) return readObject(element, path, reading);
  return isExact(path, reading) ? element.exactText : element.text;
}

function isExact(path: ValuePath, { exact = [] }: ReadContext): boolean {
  if (exact.length === 0) return false;
  const keys = path.filter(isKey);
  return exact.includes(pathKey(keys)) || exact.includes(pathKey([...keys.slice(0, -1), '*']));
}

function readObject(element: XmlElement, path: ValuePath, reading: ReadContext): JsonObject {
  const object: JsonObject = {};
  for (const { name, value, line, column } of element.attributes) {
    if (path.length === 0 && isEditorAttribute(name)) continue;
    object[name] = value;
    reading.positions.set(pathKey([...path, name]), { line, column });
  }
  if (element.children.length === 0 && element.text !== '') object[TEXT_KEY] = element.text;
  const groups = groupByName(element.children);
  for (const [name, group] of groups) {
    const isList = group.length > 1 || reading.lists.includes(pathKey([...path.filter(isKey), name]));
    const values = group.map((child, index) =>
      readValue(child, childPath(path, child, index, isList), reading),
    );
    object[name] = isList ? values : (values[0] ?? '');
  }
  return object;
}

function isKey(step: string | number): boolean {
  return typeof step === 'string';
}

function groupByName(elements: readonly XmlElement[]): ReadonlyMap<string, readonly XmlElement[]> {
  const groups = new Map<string, XmlElement[]>();
  for (const element of elements) {
    const group = groups.get(element.name);
    if (group === undefined) groups.set(element.name, [element]);
    else group.push(element);
  }
  return groups;
}
