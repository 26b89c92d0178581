// The text of one XML file: where an offset stands in lines, and how a fault of the text is told.

import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import { listSome } from '../base/shorten.js';
import type { Fault, Position } from './fault.js';
import { formatFault, joinFaultLines, MOST_FAULTS_TOLD } from './fault.js';
import { decodeXml } from './encoding.js';

/** Far above any real context (a service takes about 1.5 kB), far below what would hurt. */
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

/** An XML_MALFORMED error that points at `offset`. */
export function malformed(source: XmlSource, offset: number, message: string, hint?: string): ContextdError {
  const position = source.positionAt(offset);
  const fault: Fault = { ...position, message, severity: 'error', ...(hint === undefined ? {} : { hint }) };
  const line = formatFault(source.path, { ...position, message, severity: 'error' });
  return new ContextdError('XML_MALFORMED', line, { hint, details: { path: source.path, faults: [fault] } });
}

/** All of them in one error; one alone is told as `malformed` does. */
export function allMalformed(source: XmlSource, faults: readonly Fault[]): ContextdError {
  const { path } = source;
  const [only, ...more] = faults;
  const lines = faults.map((fault) => formatFault(path, fault));
  if (only === undefined || more.length > 0) {
    const told = joinFaultLines(path, lines);
    const isAll = faults.length < MOST_FAULTS_TOLD;
    const message = isAll ? told : `${told}\n  what follows is read once these are corrected`;
    return new ContextdError('XML_MALFORMED', message, { details: { path, faults } });
  }
  const { message, line, column, severity, hint } = only;
  const text = formatFault(path, { message, line, column, severity });
  return new ContextdError('XML_MALFORMED', text, { hint, details: { path, faults } });
}

/** The text of a file, without its byte order mark. Refuses what is not encoded as declared, or far too large. */
export async function readTextFile(path: string, wanted: RegExp): Promise<string> {
  return decodeXml(await readBytes(path, wanted), path).text.replace(/^\uFEFF/, '');
}

/** What the system says, in other words. */
const REASONS: readonly (readonly [readonly string[], string])[] = [
  [['ENOENT', 'ENOTDIR'], 'there is no such file'],
  [['EISDIR'], 'it is a folder'],
  [['EACCES', 'EPERM'], 'you may not read it'],
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
  return found.length === 0 ? undefined : `in ${folder} there are: ${listSome(found)}`;
}

function findLineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** How many of the ascending `starts` are not above `offset`. */
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
