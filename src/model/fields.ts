// How single values of a context file are written: each function returns a schema with what is allowed and its XSD form.

import * as z from 'zod';
import { ID_PATTERN, ID_RULE, isId } from '../base/ids.js';
import { describeRule, parseQuantity, type QuantityRule } from './quantity.js';

/** What a schema alone does not say: how a value is written in XML, and what an XSD can check of it. */
export interface XmlForm {
  /** Properties of an object that are attributes; all others are elements. */
  readonly attributes?: readonly string[];
  /** Any elements and attributes may stand here. */
  readonly isFree?: boolean;
  /** A value per name, each an attribute or an element. */
  readonly names?: readonly string[];
  /** Regular expressions of XSD, one of which matches the whole value. */
  readonly patterns?: readonly string[];
  readonly isNonEmpty?: boolean;
  readonly quantity?: QuantityRule;
  /** Constraints between elements, as XSD writes them: paths are XPath. */
  readonly unique?: readonly { readonly selector: string; readonly field: string }[];
  /** How often a repeated element occurs, where that is fixed. */
  readonly exactly?: Readonly<Record<string, number>>;
}

export const XML_FORMS = z.registry<XmlForm>();

/** Messages start like this; what was found is put before it, see findings.ts. */
export const allowed = (rule: string): string => `allowed: ${rule}`;

/** Text that may be blank or left out. */
export const text = (): z.ZodDefault<z.ZodString> => z.string().default('');

/** One of `words`; `mayBeBlank` for an element without content. */
export function word<const T extends readonly [string, ...string[]]>(words: T): z.ZodEnum<ToEntries<T>> {
  return z.enum(words, { error: () => allowed(words.join(', ')) });
}

type ToEntries<T extends readonly string[]> = { readonly [K in T[number]]: K };

/** As `word`, or nothing. */
export function wordOrBlank<const T extends readonly [string, ...string[]]>(
  words: T,
): z.ZodEnum<ToEntries<['', ...T]>> {
  return z.enum(['', ...words], { error: () => allowed(`${words.join(', ')} or nothing`) });
}

/** Blank or missing text means `fallback`. */
export function blankAs<S extends z.ZodType>(fallback: unknown, schema: S) {
  return z.preprocess((value) => (value === '' || value === undefined ? fallback : value), schema);
}

/** Text that `isRight` accepts; `patterns` as in XmlForm. */
export function pattern(
  isRight: (value: string) => boolean,
  { rule, patterns }: { readonly rule: string; readonly patterns: readonly string[] },
): z.ZodString {
  return z.string(allowed(rule)).refine(isRight, allowed(rule)).register(XML_FORMS, { patterns });
}

export function nonEmpty(rule: string): z.ZodString {
  return z.string(allowed(rule)).min(1, allowed(rule)).register(XML_FORMS, { isNonEmpty: true });
}

export const id = (): z.ZodString => pattern(isId, { rule: ID_RULE, patterns: [toXsd(ID_PATTERN)] });

/** A number, which XML holds as text. A missing one is the fallback of its rule, unless it is required. */
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

/** A regular expression of JavaScript that matches whole values, as XSD writes it. */
export function toXsd(expression: RegExp): string {
  return expression.source
    .replace(/^\^|\$$/g, '')
    .replaceAll('(?:', '(')
    .replaceAll('-]', '\\-]')
    .replaceAll('\\/', '/');
}
