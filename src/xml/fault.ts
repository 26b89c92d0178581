// Faults of a file: what is wrong where, gathered so that all of them are told at once.

import { ContextdError } from '../base/errors.js';
import { shorten } from '../base/shorten.js';

/** Line and column, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Fault extends Position {
  /** What was found and what is allowed. */
  readonly message: string;
  /** What to write instead, such as `did you mean "ts_100"?`. */
  readonly hint?: string;
  /** A warning does not keep a file from being used. */
  readonly severity: 'error' | 'warning';
}

/** Steps from the root of a configuration to one of its values: keys and list indices. */
export type ValuePath = readonly (string | number)[];

/** A fault before it is known whether its place is told as a line or as a JSON path. */
export interface Finding {
  readonly path: ValuePath;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly severity?: 'error' | 'warning';
  /** Another place that matters, such as the first of two equal ids. */
  readonly firstAt?: ValuePath;
  /** Set where the path alone is ambiguous, as for the second of two equal elements. */
  readonly position?: Position;
}

/** A hostile file may have a fault per line; nobody reads more than this. */
export const MOST_FAULTS_TOLD = 100;
/** A value may be as long as its file: of what quotes it, the start and what is allowed are told. */
const WHOLE_FAULT = { most: 1000, start: 500, end: 400 };

export function isError(finding: Finding): boolean {
  return finding.severity !== 'warning';
}

/** Drops findings about a place about which, or around or below which, `told` has an error already. */
export function dedupeFindings(findings: readonly Finding[], told: readonly Finding[]): readonly Finding[] {
  const errors = told.filter(isError).map(({ path }) => path);
  const places = new Set(errors.map(pathKey));
  const around = new Set(errors.flatMap(prefixKeys));
  return findings.filter(
    ({ path }) => !around.has(pathKey(path)) && !prefixKeys(path).some((key) => places.has(key)),
  );
}

/** The path itself and all that lie around it, but for the whole configuration. */
function prefixKeys(path: ValuePath): readonly string[] {
  return path.map((_, index) => pathKey(path.slice(0, index + 1)));
}

export function pathKey(path: ValuePath): string {
  return path.join('/');
}

/** A path as it is written in a program: TaskService[0].Task.state.type. */
export function formatPath(path: ValuePath): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return text === '' ? 'configuration' : text.replace(/^\./, '');
}

export function formatFault(path: string, fault: Fault): string {
  return `${path}:${fault.line}:${fault.column}: ${withHint(fault.message, fault.hint)}`;
}

export function withHint(message: string, hint: string | undefined): string {
  const told = shorten(message, WHOLE_FAULT);
  return hint === undefined ? told : `${told} (${shorten(hint, WHOLE_FAULT)})`;
}

/** One CTX_INVALID for all faults of a file; `details.faults` holds them as data. */
export function invalidFile(path: string, faults: readonly Fault[]): ContextdError {
  const lines = faults.map((fault) => formatFault(path, fault));
  return new ContextdError('CTX_INVALID', joinFaultLines(path, lines), { details: { path, faults } });
}

export function joinFaultLines(what: string, lines: readonly string[]): string {
  if (lines.length === 1) return lines.join('');
  const told = lines.slice(0, MOST_FAULTS_TOLD).map((line) => `  ${line}`);
  const rest = lines.length - told.length;
  const more = rest > 0 ? [`  and ${rest} more, which are told once these are corrected`] : [];
  return [`${what} has ${lines.length} faults:`, ...told, ...more].join('\n');
}

/** A text from a file as a message quotes it, on one line. */
export function quoteText(text: string): string {
  return `"${shorten(text.trim().replace(/\s+/g, ' '))}"`;
}
