// The text of one XML file: positions of offsets, and errors that point at them.

import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import { formatList } from '../base/shorten.js';
import type { Fault, Position } from './fault.js';
import { formatFault, joinFaultLines, MAX_REPORTED_FAULTS } from './fault.js';
import { decodeXml } from './encoding.js';

/** Far larger than any real context: a service takes about 1.5 kB. */
export const MAX_XML_LENGTH = 2 * 1024 * 1024;

export interface XmlSource {
  readonly text: string;
  readonly path: string;
  positionAt(offset: number): Position;
}

export function createSource(text: string, path: string): XmlSource {
  let starts: readonly number[] | undefined;
  const positionAt = (offset: number): Position => {
    starts ??= findLineStarts(text);
    const line = countUpTo(starts, offset);
    return { line, column: offset - (starts[line - 1] ?? 0) + 1 };
  };
  return { text, path, positionAt };
}

/** Returns an XML_MALFORMED error that points at `offset`. */
export function malformed(source: XmlSource, offset: number, message: string, hint?: string): ContextdError {
  const position = source.positionAt(offset);
  const fault: Fault = { ...position, message, severity: 'error', ...(hint === undefined ? {} : { hint }) };
  const line = formatFault(source.path, { ...position, message, severity: 'error' });
  return new ContextdError('XML_MALFORMED', line, { hint, details: { path: source.path, faults: [fault] } });
}

/** Returns one XML_MALFORMED error for all faults; a single fault has the same form as `malformed`. */
export function allMalformed(source: XmlSource, faults: readonly Fault[]): ContextdError {
  const { path } = source;
  const [only, ...more] = faults;
  const lines = faults.map((fault) => formatFault(path, fault));
  if (only === undefined || more.length > 0) {
    const text = joinFaultLines(path, lines);
    const isAll = faults.length < MAX_REPORTED_FAULTS;
    const message = isAll ? text : `${text}\n  the rest of the file was not checked`;
    return new ContextdError('XML_MALFORMED', message, { details: { path, faults } });
  }
  const { message, line, column, severity, hint } = only;
  const text = formatFault(path, { message, line, column, severity });
  return new ContextdError('XML_MALFORMED', text, { hint, details: { path, faults } });
}

/** Reads a file without its byte order mark. `wanted` matches the names to suggest if it cannot be read. Throws XML_UNREADABLE and XML_MALFORMED. */
export async function readTextFile(path: string, wanted: RegExp): Promise<string> {
  return decodeXml(await readBytes(path, wanted), path).text.replace(/^\uFEFF/, '');
}

/** Error codes of the system and their reasons. */
const REASONS: readonly (readonly [readonly string[], string])[] = [
  [['ENOENT', 'ENOTDIR'], 'the file does not exist'],
  [['EISDIR'], 'it is a folder'],
  [['EACCES', 'EPERM'], 'permission denied'],
];

async function readBytes(path: string, wanted: RegExp): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MAX_XML_LENGTH) throw new Error(`it has ${size} bytes, at most ${MAX_XML_LENGTH} are read`);
    return await readFile(path);
  } catch (error) {
    const reason = REASONS.find(([codes]) => hasErrnoCode(error, ...codes))?.[1] ?? messageOf(error);
    const hint = await hintAtNeighbours(hasErrnoCode(error, 'EISDIR') ? path : dirname(path), path, wanted);
    throw new ContextdError('XML_UNREADABLE', `cannot read ${path}: ${reason}`, { hint, cause: error });
  }
}

async function hintAtNeighbours(folder: string, path: string, wanted: RegExp): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  const found = names.filter((name) => wanted.test(name) && name !== basename(path)).sort();
  return found.length === 0 ? undefined : `files in ${folder}: ${formatList(found)}`;
}

function findLineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Returns how many of the ascending `starts` are not greater than `offset`. */
function countUpTo(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? Infinity) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
