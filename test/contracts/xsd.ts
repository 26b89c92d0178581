// The XSD of a file, made from the schema that checks its values at run time.

import * as z from 'zod';
import type { XmlForm } from '../../src/model/fields.js';
import type { QuantityRule } from '../../src/model/quantity.js';
import { isRequired, unwrap } from '../../src/model/derive-element-schema.js';

interface Field {
  readonly name: string;
  readonly type: z.ZodType;
}

/** `comment` says what the file is for, on lines of its own. */
export function composeXsd(root: string, schema: z.ZodType, comment: string): string {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!--',
    ...comment.split('\n').map((line) => (line === '' ? '' : `  ${line}`)),
    '-->',
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">',
    ...indent(['', ...element({ name: root, type: schema }, '')]),
    ...indent(freeElements(schema).flatMap((field) => ['', ...element(field, '')])),
    ...indent(groupsOf(schema)),
    '</xs:schema>',
    '',
  ];
  return lines.join('\n');
}

/** Elements that are checked where they stand among elements of any name: XSD finds them by their declaration on top. */
function freeElements(schema: z.ZodType): readonly Field[] {
  const { schema: inner, form } = unwrap(schema);
  const fields = fieldsOf(inner);
  const own =
    form.isFree === true ? fields.filter(({ type }) => unwrap(type).schema instanceof z.ZodObject) : [];
  return [...own, ...fields.flatMap(({ type }) => freeElements(type))];
}

/** The elements beside one that occurs a fixed number of times, in a group that is named so that it can be repeated. */
function groupsOf(schema: z.ZodType): readonly string[] {
  const { schema: inner, form } = unwrap(schema);
  const fields = fieldsOf(inner);
  const fixed = Object.keys(form.exactly ?? {});
  const named = fields.filter(({ name }) => fixed.includes(name));
  const others = elementsOf(fields, form).filter(({ name }) => !fixed.includes(name));
  const own =
    fixed.length === 0
      ? []
      : [
          ...['', `<xs:group name="besides_${fixed.join('_')}">`],
          ...indent(['<xs:choice>', ...indent(others.flatMap((each) => element(each, ''))), '</xs:choice>']),
          '</xs:group>',
          ...named.flatMap(({ name, type }) => ['', ...complexType(type, ` name="${name}"`)]),
        ];
  return [...own, ...fields.flatMap(({ type }) => groupsOf(type))];
}

function element({ name, type }: Field, occurs: string): readonly string[] {
  const { schema: inner, form } = unwrap(type);
  const open = `<xs:element name="${name}"`;
  if (inner instanceof z.ZodObject || form.names !== undefined || form.isFree === true) {
    const body = [...documentation(type), ...complexType(type, ''), ...constraints(type, name)];
    return [`${open}${occurs}>`, ...indent(body), '</xs:element>'];
  }
  return typed({ open, close: '</xs:element>', occurs }, type, 'xs:token');
}

function attribute(field: Field): readonly string[] {
  const byDefault = field.type.safeParse(undefined);
  const value = byDefault.data;
  const isText = typeof value === 'string' || typeof value === 'number';
  const use = !byDefault.success ? ' use="required"' : isText ? ` default="${String(value)}"` : '';
  const open = `<xs:attribute name="${field.name}"`;
  return typed({ open, close: '</xs:attribute>', occurs: use }, field.type, 'xs:string');
}

interface Tag {
  readonly open: string;
  readonly close: string;
  /** Further attributes of the tag. */
  readonly occurs: string;
}

function typed({ open, close, occurs }: Tag, type: z.ZodType, base: string): readonly string[] {
  const facets = facetsOf(type);
  const notes = documentation(type);
  if (facets.length === 0) {
    const tag = `${open} type="xs:string"${occurs}`;
    return notes.length === 0 ? [`${tag}/>`] : [`${tag}>`, ...indent(notes), close];
  }
  const { quantity } = unwrap(type).form;
  const simple = [
    '<xs:simpleType>',
    ...indent([`<xs:restriction base="${quantity === undefined ? base : 'xs:decimal'}">`]),
    ...indent(indent(facets)),
    ...indent(['</xs:restriction>']),
    '</xs:simpleType>',
  ];
  return [`${open}${occurs}>`, ...indent([...notes, ...simple]), close];
}

function facetsOf(type: z.ZodType): readonly string[] {
  const { schema: inner, form } = unwrap(type);
  const mayBeBlank = type.safeParse('').success;
  if (form.quantity !== undefined) return facetsOfQuantity(form.quantity);
  if (form.isNonEmpty === true) return ['<xs:minLength value="1"/>'];
  if (form.patterns !== undefined)
    return form.patterns.map((each) => `<xs:pattern value="${escape(mayBeBlank ? `(${each})?` : each)}"/>`);
  if (!(inner instanceof z.ZodEnum)) return [];
  const words = inner.options.map(String);
  const all = mayBeBlank && !words.includes('') ? ['', ...words] : words;
  return all.map((each) => `<xs:enumeration value="${each}"/>`);
}

function facetsOfQuantity({ min, isInclusive, max, isInteger }: QuantityRule): readonly string[] {
  return [
    `<xs:pattern value="[0-9]{1,15}(\\.${isInteger ? '0' : '[0-9]'}{1,15})?"/>`,
    `<xs:min${isInclusive ? 'Inclusive' : 'Exclusive'} value="${min}"/>`,
    `<xs:maxInclusive value="${max}"/>`,
  ];
}

function complexType(type: z.ZodType, name: string): readonly string[] {
  const { schema: inner, form } = unwrap(type);
  const wrap = (body: readonly string[]) => [`<xs:complexType${name}>`, ...indent(body), '</xs:complexType>'];
  if (form.isFree === true) return wrap(anything(inner instanceof z.ZodObject ? 'lax' : 'skip'));
  if (form.names !== undefined) return wrap(eitherWay(form));
  const fields = fieldsOf(inner);
  const attributes = fields.filter((field) => isAttribute(field, form)).flatMap(attribute);
  return wrap([...content(elementsOf(fields, form), form), ...attributes]);
}

function content(elements: readonly Field[], { exactly = {} }: XmlForm): readonly string[] {
  if (elements.length === 0) return [];
  const [fixed] = Object.entries(exactly);
  if (fixed !== undefined) {
    const [name, count] = fixed;
    const others = `<xs:group ref="besides_${name}" minOccurs="0" maxOccurs="unbounded"/>`;
    const one = [`<xs:element name="${name}" type="${name}"/>`, others];
    return [
      '<xs:sequence>',
      ...indent([others, ...Array.from({ length: count }, () => one).flat()]),
      '</xs:sequence>',
    ];
  }
  // XSD has no list in any order: constraints say which elements must be there, and that none is there twice.
  if (elements.some(isRepeated)) {
    const choice = elements.flatMap((each) => element(each, ''));
    return ['<xs:choice minOccurs="0" maxOccurs="unbounded">', ...indent(choice), '</xs:choice>'];
  }
  const all = elements.flatMap((each) => element(each, isRequired(each.type) ? '' : ' minOccurs="0"'));
  return ['<xs:all>', ...indent(all), '</xs:all>'];
}

function constraints(type: z.ZodType, parent: string): readonly string[] {
  const { schema: inner, form } = unwrap(type);
  if (form.isFree === true) return freeConstraints(inner, parent);
  const elements = elementsOf(fieldsOf(inner), form);
  const own = elements.some(isRepeated)
    ? elements.filter((each) => !isRepeated(each)).flatMap((each) => once(each, parent))
    : [];
  const between = (form.unique ?? []).map(({ selector, field }, index) =>
    constraint('unique', `${parent}_differ_${index + 1}`, selector, field),
  );
  return [...own, ...between];
}

/** A declaration on top cannot bound how often its element occurs. */
function freeConstraints(inner: z.core.$ZodType, parent: string): readonly string[] {
  return fieldsOf(inner)
    .filter(({ type }) => unwrap(type).schema instanceof z.ZodObject)
    .flatMap((each) => once(each, parent));
}

function once(field: Field, parent: string): readonly string[] {
  const place = placeOfText(field);
  if (place === undefined) return [];
  const kind = isRequired(field.type) ? 'key' : 'unique';
  return [constraint(kind, `${parent}_one_${field.name}`, '.', place)];
}

/** Constraints compare text: of an element that holds others, that of an attribute or element it must have. */
function placeOfText({ name, type }: Field): string | undefined {
  const { schema: inner, form } = unwrap(type);
  if (form.names !== undefined || form.isFree === true) return undefined;
  if (!(inner instanceof z.ZodObject)) return name;
  const required = fieldsOf(inner).find((field) => isRequired(field.type));
  if (required === undefined) return undefined;
  return `${name}/${isAttribute(required, form) ? '@' : ''}${required.name}`;
}

function constraint(kind: 'key' | 'unique', name: string, selector: string, field: string): string {
  return `<xs:${kind} name="${name}"><xs:selector xpath="${selector}"/><xs:field xpath="${field}"/></xs:${kind}>`;
}

function eitherWay({ names = [], patterns = [] }: XmlForm): readonly string[] {
  const facets = patterns.map((each) => `<xs:pattern value="${escape(each)}"/>`);
  const simple = (base: string) => [
    '<xs:simpleType>',
    ...indent([`<xs:restriction base="${base}">`, ...indent(facets), '</xs:restriction>']),
    '</xs:simpleType>',
  ];
  return [
    '<xs:all>',
    ...indent(
      names.flatMap((name) => [
        `<xs:element name="${name}" minOccurs="0">`,
        ...indent(simple('xs:token')),
        '</xs:element>',
      ]),
    ),
    '</xs:all>',
    ...names.flatMap((name) => [
      `<xs:attribute name="${name}">`,
      ...indent(simple('xs:string')),
      '</xs:attribute>',
    ]),
  ];
}

function anything(processContents: 'lax' | 'skip'): readonly string[] {
  return [
    '<xs:sequence>',
    ...indent([`<xs:any minOccurs="0" maxOccurs="unbounded" processContents="${processContents}"/>`]),
    '</xs:sequence>',
    '<xs:anyAttribute processContents="skip"/>',
  ];
}

function documentation(type: z.ZodType): readonly string[] {
  const text = type.description;
  if (text === undefined) return [];
  return [
    '<xs:annotation>',
    ...indent([`<xs:documentation>${escape(text)}</xs:documentation>`]),
    '</xs:annotation>',
  ];
}

function fieldsOf(schema: z.core.$ZodType): readonly Field[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const shape: Readonly<Record<string, z.ZodType>> = schema.shape;
  return Object.entries(shape).map(([name, type]) => ({ name, type }));
}

function elementsOf(fields: readonly Field[], form: XmlForm): readonly Field[] {
  return fields.filter((field) => !isAttribute(field, form));
}

function isAttribute({ name }: Field, { attributes = [] }: XmlForm): boolean {
  return attributes.includes(name);
}

function isRepeated({ type }: Field): boolean {
  return unwrap(type).isList;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}
