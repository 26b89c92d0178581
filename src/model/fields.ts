// Schemas of single values of a context file, each with its rule for messages and its XSD form.

import * as z from 'zod';
import { ID_PATTERN, ID_RULE, isId } from '../base/ids.js';
import { describeRule, parseQuantity, type QuantityRule } from './quantity.js';

/** Metadata of a schema: the notation of a value in XML, and the constraints for the XSD. */
export interface XmlForm {
  /** Properties of an object that are attributes; all others are elements. */
  readonly attributes?: readonly string[];
  /** Any elements and attributes are allowed. */
  readonly isFree?: boolean;
  /** Names with one value each, as attribute or element. */
  readonly names?: readonly string[];
  /** Regular expressions of XSD, one of which matches the whole value. */
  readonly patterns?: readonly string[];
  readonly isNonEmpty?: boolean;
  readonly quantity?: QuantityRule;
  /** Uniqueness constraints of the XSD; paths are XPath. */
  readonly unique?: readonly { readonly selector: string; readonly field: string }[];
  /** The number of occurrences of a repeated element, if it is fixed. */
  readonly exactly?: Readonly<Record<string, number>>;
}

export const XML_FORMS = z.registry<XmlForm>();

/** The start of a message. findings.ts inserts name and value before it. */
export const allowed = (rule: string): string => `allowed: ${rule}`;

/** Text that may be blank or left out. */
export const text = (): z.ZodDefault<z.ZodString> => z.string().default('');

/** One of `words`; `mayBeBlank` for an element without content. */
export function word<const T extends readonly [string, ...string[]]>(words: T): z.ZodEnum<ToEntries<T>> {
  return z.enum(words, { error: () => allowed(words.join(', ')) });
}

type ToEntries<T extends readonly string[]> = { readonly [K in T[number]]: K };

/** As `word`, or nothing. */
export function wordOrEmpty<const T extends readonly [string, ...string[]]>(
  words: T,
): z.ZodEnum<ToEntries<['', ...T]>> {
  return z.enum(['', ...words], { error: () => allowed(`${words.join(', ')} or nothing`) });
}

/** Blank or missing text means `fallback`. */
export function defaultIfEmpty<S extends z.ZodType>(fallback: unknown, schema: S) {
  return z.preprocess((value) => (value === '' || value === undefined ? fallback : value), schema);
}

/** Text that `isValid` accepts; `patterns` as in XmlForm. */
export function pattern(
  isValid: (value: string) => boolean,
  { rule, patterns }: { readonly rule: string; readonly patterns: readonly string[] },
): z.ZodString {
  return z.string(allowed(rule)).refine(isValid, allowed(rule)).register(XML_FORMS, { patterns });
}

export function nonEmpty(rule: string): z.ZodString {
  return z.string(allowed(rule)).min(1, allowed(rule)).register(XML_FORMS, { isNonEmpty: true });
}

export const id = (): z.ZodString => pattern(isId, { rule: ID_RULE, patterns: [toXsd(ID_PATTERN)] });

/** A number, which is text in XML. If missing, it is the fallback of its rule, unless it is required. */
export function quantity(
  rule: QuantityRule,
  options: { readonly isRequired?: boolean; readonly hint?: string } = {},
) {
  const { isRequired = false, hint } = options;
  return z
    .unknown()
    .optional()
    .transform((value, context) => {
      const number = value === undefined && !isRequired ? rule.fallback : parseQuantity(value, rule);
      if (number !== undefined) return number;
      context.addIssue({ code: 'custom', message: allowed(describeRule(rule)), params: { hint } });
      return z.NEVER;
    })
    .pipe(z.number())
    .register(XML_FORMS, { quantity: rule });
}

/** Converts a JavaScript regular expression for complete values to XSD syntax. */
export function toXsd(expression: RegExp): string {
  return expression.source
    .replace(/^\^|\$$/g, '')
    .replaceAll('(?:', '(')
    .replaceAll('-]', '\\-]')
    .replaceAll('\\/', '/');
}
