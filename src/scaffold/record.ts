// The hashes of the files that create_service has written, to distinguish edited files from replaceable ones.

import { createHash } from 'node:crypto';

/** Hashes by path, the path relative to the service path and with forward slashes. */
export type ScaffoldRecord = ReadonlyMap<string, string>;

const VERSION = 1;

/** Reads a record. A damaged record is treated as empty, so that all files count as edited. */
export function readRecord(text: string | undefined): ScaffoldRecord {
  const parsed = parseJson(text ?? '');
  const files = isObject(parsed) && parsed.version === VERSION ? parsed.files : undefined;
  if (!isObject(files)) return new Map();
  return new Map(
    Object.entries(files).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export function composeRecord(record: ScaffoldRecord): string {
  const files = Object.fromEntries([...record].sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ version: VERSION, files }, undefined, 2)}\n`;
}

/** Ignores the difference of LF and CRLF: a checkout that changes line ends is not an edit. */
export function hashOf(text: string): string {
  return createHash('sha256').update(withLf(text)).digest('hex');
}

export function isSameText(one: string, other: string): boolean {
  return withLf(one) === withLf(other);
}

function withLf(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
