// Elements -> the JSON that travels on the bus, and where in the file each of its values stands.

import { pathKey, type Fault, type Finding, type Position, type ValuePath } from './fault.js';
import { childPath, isEditorAttribute } from './element-schema.js';
import type { XmlElement } from './xml.js';

export interface JsonObject {
  [key: string]: JsonValue;
}
export type JsonValue = string | JsonObject | JsonValue[];

/** Text beside attributes: no XML name can be equal to it. */
const TEXT_KEY = '#text';

export interface JsonWithPlaces {
  readonly value: JsonObject;
  /** The place of the value at a path, or of the nearest value around it. */
  readonly positionOf: (path: ValuePath) => Position;
}

/** Paths of keys, list indices left out. */
export interface WireForm {
  /** Their elements are lists, however many there are. */
  readonly lists: readonly string[];
  /** Their text keeps the blanks around it; `PATH/*` is every element in PATH. */
  readonly exact?: readonly string[];
}

/** Elements become keys, attributes keys of their element; repeated elements and those in `lists` become lists. */
export function elementsToJson(root: XmlElement, form: WireForm): JsonWithPlaces {
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

/** Findings as faults of the file, in the order of its lines. */
export function toFaults(findings: readonly Finding[], wire: JsonWithPlaces): readonly Fault[] {
  return findings
    .map((finding) => locate(finding, wire))
    .sort((one, other) => one.line - other.line || one.column - other.column);
}

/** A finding as a fault: its path becomes line and column. */
function locate(finding: Finding, wire: JsonWithPlaces): Fault {
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

interface Reading extends WireForm {
  readonly positions: Map<string, Position>;
}

function readValue(element: XmlElement, path: ValuePath, reading: Reading): JsonValue {
  reading.positions.set(pathKey(path), { line: element.line, column: element.column });
  if (element.children.length > 0 || element.attributes.length > 0) return readObject(element, path, reading);
  return isExact(path, reading) ? element.exactText : element.text;
}

function isExact(path: ValuePath, { exact = [] }: Reading): boolean {
  if (exact.length === 0) return false;
  const keys = path.filter(isKey);
  return exact.includes(pathKey(keys)) || exact.includes(pathKey([...keys.slice(0, -1), '*']));
}

function readObject(element: XmlElement, path: ValuePath, reading: Reading): JsonObject {
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
