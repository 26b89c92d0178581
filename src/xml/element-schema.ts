// Schemas of elements and attributes as data, and the check that applies them.

import { quoteText, type Finding, type ValuePath } from './fault.js';
import { didYouMean } from '../base/suggest.js';
import type { XmlElement } from './xml.js';

export interface ElementSchema {
  readonly attributes?: Readonly<Record<string, Presence>>;
  /** Left out: the element contains only text. */
  readonly children?: Readonly<Record<string, ChildSchema>>;
  /** Allows any elements and attributes: the configuration of a task. */
  readonly allowsAnything?: boolean;
}
export interface ChildSchema extends ElementSchema {
  readonly presence: Presence | 'repeated';
}
type Presence = 'required' | 'optional';

/** Returns all structural faults below `root`: unknown, missing or repeated elements and attributes, unexpected text. */
export function checkElements(root: XmlElement, name: string, schema: ElementSchema): readonly Finding[] {
  if (root.name !== name) {
    const hint = didYouMean(root.name, [name]);
    return [{ path: [], message: `root element <${root.name}>, allowed: <${name}>`, hint, position: root }];
  }
  return checkElement(root, schema, []);
}

/** Returns the JSON path of a child element; only repeated elements are lists. */
export function childPath(path: ValuePath, child: XmlElement, index: number, isList: boolean): ValuePath {
  return isList ? [...path, child.name, index] : [...path, child.name];
}

/** Returns true for namespace declarations and schema hints, which editors add to the root element. */
export function isEditorAttribute(name: string): boolean {
  return name.startsWith('xmlns:') || name.startsWith('xsi:');
}

function checkElement(element: XmlElement, schema: ElementSchema, path: ValuePath): readonly Finding[] {
  if (schema.allowsAnything === true) return checkFree(element, path);
  return [
    ...checkAttributes(element, schema.attributes ?? {}, path),
    ...checkText(element, schema, path),
    ...checkChildren(element, schema.children ?? {}, path),
    ...checkMissing(element, schema.children ?? {}, path),
  ];
}

function checkAttributes(
  element: XmlElement,
  allowed: Readonly<Record<string, Presence>>,
  path: ValuePath,
): readonly Finding[] {
  const present = element.attributes.map(({ name }) => name);
  const unknown = element.attributes
    .filter(({ name }) => !Object.hasOwn(allowed, name) && !(path.length === 0 && isEditorAttribute(name)))
    .map((attribute): Finding => {
      const what = `unknown attribute ${attribute.name} of <${element.name}>`;
      const missing = Object.keys(allowed).filter((name) => !present.includes(name));
      return {
        path: [...path, attribute.name],
        message: `${what}, ${allowedText(Object.keys(allowed))}`,
        hint: didYouMean(attribute.name, missing),
        position: attribute,
      };
    });
  const missing = Object.entries(allowed)
    .filter(([name, presence]) => presence === 'required' && !present.includes(name))
    .map(([name]): Finding => {
      return { path: [...path, name], message: `<${element.name}> has no attribute ${name}` };
    });
  return [...unknown, ...missing];
}

function checkText(element: XmlElement, schema: ElementSchema, path: ValuePath): readonly Finding[] {
  if (schema.children === undefined || element.textAt === undefined) return [];
  const message = `text ${quoteText(element.text)} in <${element.name}>, ${allowedText(tags(schema.children))}`;
  return [{ path: [...path, '#text'], message, position: element.textAt }];
}

function checkChildren(
  element: XmlElement,
  allowed: Readonly<Record<string, ChildSchema>>,
  path: ValuePath,
): readonly Finding[] {
  const seen = new Map<string, { first: XmlElement; count: number }>();
  return element.children.flatMap((child): readonly Finding[] => {
    const schema = Object.hasOwn(allowed, child.name) ? allowed[child.name] : undefined;
    if (schema === undefined) return [unknownChild(element, child, allowed, path)];
    const earlier = seen.get(child.name);
    const count = earlier?.count ?? 0;
    seen.set(child.name, { first: earlier?.first ?? child, count: count + 1 });
    if (schema.presence !== 'repeated' && earlier !== undefined) {
      const message = `a second <${child.name}> in <${element.name}>, the first is on line ${earlier.first.line}`;
      return [{ path: [...path, child.name], message, position: child }];
    }
    return checkElement(child, schema, childPath(path, child, count, schema.presence === 'repeated'));
  });
}

function checkMissing(
  element: XmlElement,
  allowed: Readonly<Record<string, ChildSchema>>,
  path: ValuePath,
): readonly Finding[] {
  return Object.entries(allowed)
    .filter(
      ([name, { presence }]) =>
        presence === 'required' && !element.children.some((child) => child.name === name),
    )
    .map(([name]) => ({ path: [...path, name], message: `<${element.name}> has no <${name}>` }));
}

function unknownChild(
  parent: XmlElement,
  child: XmlElement,
  allowed: Readonly<Record<string, ChildSchema>>,
  path: ValuePath,
): Finding {
  const message = `unknown element <${child.name}> in <${parent.name}>, ${allowedText(tags(allowed))}`;
  const hint = didYouMean(child.name, Object.keys(allowed));
  return { path: [...path, child.name], message, hint, position: child };
}

/** Where anything is allowed, rejects only content that JSON cannot represent. */
function checkFree(element: XmlElement, path: ValuePath): readonly Finding[] {
  const names = new Set(element.children.map(({ name }) => name));
  const doubled = element.attributes.filter(({ name }) => names.has(name));
  const mixed =
    element.textAt !== undefined && (element.children.length > 0 || path.at(-1) === 'configuration');
  return [
    ...doubled.map((attribute): Finding => {
      const message = `${attribute.name} is an attribute and an element of <${element.name}>, allowed: one of them`;
      return { path: [...path, attribute.name], message, position: attribute };
    }),
    ...(mixed ? [mixedText(element, path)] : []),
    ...element.children.flatMap((child) => checkFree(child, [...path, child.name, '#'])),
  ];
}

function mixedText(element: XmlElement, path: ValuePath): Finding {
  const message = `text ${quoteText(element.text)} beside elements in <${element.name}>, allowed: elements`;
  return { path: [...path, '#text'], message, position: element.textAt ?? element };
}

function tags(allowed: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(allowed).map((name) => `<${name}>`);
}

function allowedText(names: readonly string[]): string {
  return names.length === 0 ? 'allowed: none' : `allowed: ${names.join(', ')}`;
}
