// Faults of a file with their position, collected so that one error reports all of them.

import { ContextdError } from '../base/errors.js';
import { shorten } from '../base/shorten.js';

/** Line and column, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Fault extends Position {
  /** The value found and what is allowed. */
  readonly message: string;
  /** What to write instead, such as `did you mean "ts_100"?`. */
  readonly hint?: string;
  /** A file with only warnings can still be used. */
  readonly severity: 'error' | 'warning';
}

/** Path from the root of a configuration to one of its values: keys and list indices. */
export type ValuePath = readonly (string | number)[];

/** A fault whose place is not yet converted to a line or a JSON path. */
export interface Finding {
  readonly path: ValuePath;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly severity?: 'error' | 'warning';
  /** A related place, such as the first of two equal ids. */
  readonly firstAt?: ValuePath;
  /** Set if the path alone is ambiguous, for example for the second of two equal elements. */
  readonly position?: Position;
}

/** Limits the output for a file with a fault on every line. */
export const MAX_REPORTED_FAULTS = 100;
/** A quoted value may be as long as its file: keep the start, and the end with the allowed values. */
const MESSAGE_LIMITS = { maxLength: 1000, headLength: 500, tailLength: 400 };

export function isError(finding: Finding): boolean {
  return finding.severity !== 'warning';
}

/** Drops findings at, above or below a place for which `reported` already contains an error. */
export function dedupeFindings(
  findings: readonly Finding[],
  reported: readonly Finding[],
): readonly Finding[] {
  const errors = reported.filter(isError).map(({ path }) => path);
  const places = new Set(errors.map(pathKey));
  const around = new Set(errors.flatMap(prefixKeys));
  return findings.filter(
    ({ path }) => !around.has(pathKey(path)) && !prefixKeys(path).some((key) => places.has(key)),
  );
}

/** Returns the keys of the path and of all its prefixes, without the root. */
function prefixKeys(path: ValuePath): readonly string[] {
  return path.map((_, index) => pathKey(path.slice(0, index + 1)));
}

export function pathKey(path: ValuePath): string {
  return path.join('/');
}

/** Formats a path such as TaskService[0].Task.state.type. */
export function formatPath(path: ValuePath): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return text === '' ? 'configuration' : text.replace(/^\./, '');
}

export function formatFault(path: string, fault: Fault): string {
  return `${path}:${fault.line}:${fault.column}: ${withHint(fault.message, fault.hint)}`;
}

export function withHint(message: string, hint: string | undefined): string {
  const text = shorten(message, MESSAGE_LIMITS);
  return hint === undefined ? text : `${text} (${shorten(hint, MESSAGE_LIMITS)})`;
}

/** Returns one CTX_INVALID for all faults of a file; `details.faults` contains them as data. */
export function invalidFile(path: string, faults: readonly Fault[]): ContextdError {
  const lines = faults.map((fault) => formatFault(path, fault));
  return new ContextdError('CTX_INVALID', joinFaultLines(path, lines), { details: { path, faults } });
}

export function joinFaultLines(what: string, lines: readonly string[]): string {
  if (lines.length === 1) return lines.join('');
  const shown = lines.slice(0, MAX_REPORTED_FAULTS).map((line) => `  ${line}`);
  const rest = lines.length - shown.length;
  const more = rest > 0 ? [`  and ${rest} more, not shown`] : [];
  return [`${what} has ${lines.length} problems:`, ...shown, ...more].join('\n');
}

/** Quotes a text from a file on one line, shortened. */
export function quoteText(text: string): string {
  return `"${shorten(text.trim().replace(/\s+/g, ' '))}"`;
}
