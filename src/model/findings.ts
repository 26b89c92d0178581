// Converts the issues of a schema to findings with the name and value, what is allowed, and a hint.

import type * as z from 'zod';
import { didYouMean } from '../base/suggest.js';
import { dedupeFindings, type Finding, type ValuePath } from '../xml/fault.js';

const ALLOWED = 'allowed: ';

/** What the form of a file, the schema of its values and the checks across them find, each value once. */
export interface FindingSources {
  readonly form: readonly Finding[];
  readonly error: z.ZodError | undefined;
  readonly value: unknown;
  readonly check: () => readonly Finding[];
}

export function combineFindings({ form, error, value, check }: FindingSources): readonly Finding[] {
  const ofFields = [...form, ...dedupeFindings(schemaFindings(error, value), form)];
  return [...ofFields, ...dedupeFindings(check(), ofFields)];
}

function schemaFindings(error: z.ZodError | undefined, root: unknown): readonly Finding[] {
  return (error?.issues ?? []).flatMap((issue) => toFindings(issue, root));
}

/** For a union the issues of its last schema are reported. */
function toFindings(issue: z.core.$ZodIssue, root: unknown): readonly Finding[] {
  if (issue.code !== 'invalid_union') return [toFinding(issue, root)];
  const inner = issue.errors.at(-1) ?? [];
  return inner.flatMap((each) => toFindings({ ...each, path: [...issue.path, ...each.path] }, root));
}

function toFinding(issue: z.core.$ZodIssue, root: unknown): Finding {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  const value = path.reduce<unknown>(stepInto, root);
  const name = path.findLast((step) => typeof step === 'string') ?? 'configuration';
  if (issue.code === 'invalid_key') {
    return { path, message: `variable "${name}", ${issue.issues[0]?.message ?? ''}` };
  }
  if (issue.code === 'invalid_type' && Array.isArray(value) && path.length > 1) {
    const parent = String(path.slice(0, -1).findLast((step) => typeof step === 'string'));
    return { path: [...path, 1], message: `a second <${name}> in <${parent}>, allowed: one` };
  }
  if (
    issue.code === 'invalid_type' &&
    issue.expected === 'string' &&
    typeof value === 'object' &&
    value !== null
  ) {
    return { path, message: `<${name}> holds elements, allowed: text` };
  }
  return { path, message: describe(issue.message, name, value), hint: hintAt(issue, value) };
}

function describe(message: string, name: string, value: unknown): string {
  const plain = message.replace(/^Invalid input: /, '');
  const type = /^expected (\w+), received undefined$/.exec(plain)?.[1];
  if (value === undefined) {
    return `${name} is missing, ${type === undefined ? plain : `${ALLOWED}a value of type ${type}`}`;
  }
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isPlain && plain.startsWith(ALLOWED) ? `${name} "${String(value)}", ${plain}` : plain;
}

function hintAt(issue: z.core.$ZodIssue, value: unknown): string | undefined {
  if (issue.code === 'custom') return issue.params?.hint as string | undefined;
  if (issue.code !== 'invalid_value' || typeof value !== 'string') return undefined;
  return didYouMean(
    value,
    issue.values.map(String).filter((each) => each !== ''),
  );
}

function stepInto(value: unknown, step: ValuePath[number]): unknown {
  // A single item may be without a list, as other converters from XML to JSON write it.
  if (step === 0 && !Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
}
