// Derives the element schema of a file from the zod schema of its values.

import * as z from 'zod';
import type { ChildSchema, ElementSchema } from '../xml/element-schema.js';
import { XML_FORMS, type XmlForm } from './fields.js';

/** The inner schema, without defaults, preprocessing and list. */
export interface Unwrapped {
  readonly schema: z.core.$ZodType;
  readonly form: XmlForm;
  readonly isList: boolean;
}

/** The schema of the element whose value `schema` describes. */
export function deriveElementSchema(schema: z.core.$ZodType): ElementSchema {
  const { schema: inner, form } = unwrap(schema);
  if (form.isFree === true) return { allowsAnything: true };
  if (!(inner instanceof z.ZodObject)) return {};
  const { attributes = [] } = form;
  const shape: Readonly<Record<string, z.ZodType>> = inner.shape;
  const fields = Object.entries(shape);
  const isAttribute = ([name]: readonly [string, unknown]) => attributes.includes(name);
  return {
    attributes: Object.fromEntries(
      fields.filter(isAttribute).map(([name, field]) => [name, isRequired(field) ? 'required' : 'optional']),
    ),
    children: Object.fromEntries(
      fields.filter((each) => !isAttribute(each)).map(([name, field]) => [name, childOf(field)]),
    ),
  };
}

export function isRequired(schema: z.ZodType): boolean {
  return !schema.safeParse(undefined).success;
}

export function unwrap(schema: z.core.$ZodType): Unwrapped {
  const form = XML_FORMS.get(schema as z.ZodType);
  if (form !== undefined) return { schema, form, isList: false };
  if (schema instanceof z.ZodArray) return { ...unwrap(schema.element), isList: true };
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return unwrap(schema.def.innerType);
  if (schema instanceof z.ZodPipe) {
    const { in: before, out } = schema.def;
    return unwrap(before instanceof z.ZodTransform ? out : before);
  }
  return { schema, form: {}, isList: false };
}

function childOf(schema: z.ZodType): ChildSchema {
  const presence = unwrap(schema).isList ? 'repeated' : isRequired(schema) ? 'required' : 'optional';
  return { presence, ...deriveElementSchema(schema) };
}
