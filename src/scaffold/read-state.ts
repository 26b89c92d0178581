// Reads what a plan must know: the templates, and the present text of every file that it may touch.

import { readFile } from 'node:fs/promises';
import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import { decodeXml, encodeXml } from '../xml/encoding.js';
import { filesOf, type ScaffoldState } from './plan.js';
import { loadTemplates } from './render.js';
import type { ScaffoldRequest } from './request.js';

export async function readState(request: ScaffoldRequest): Promise<ScaffoldState> {
  const templates = await loadTemplates();
  const paths = filesOf(request, templates);
  const bytes = await Promise.all(paths.map(readIfThere));
  const texts = paths.map((path, at) => [path, textOf(path, bytes[at])] as const);
  return { templates, files: new Map(texts) };
}

/** The bytes of a file, undefined if there is none. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (hasErrnoCode(error, 'ENOENT')) return undefined;
    const isInTheWay = hasErrnoCode(error, 'EISDIR', 'ENOTDIR');
    const reason = isInTheWay ? "a file and a folder stand in each other's way" : messageOf(error);
    throw new ContextdError('TPL_CONFLICT', `cannot read ${path}: ${reason}`, { cause: error });
  }
}

/** The text of a file; of a context file in the encoding that it declares. Throws XML_MALFORMED. */
export function textOf(path: string, bytes: Buffer | undefined): string | undefined {
  return bytes !== undefined && isXml(path) ? decodeXml(bytes, path).text : bytes?.toString('utf8');
}

/** What is written for `text` where `original` was: a context file keeps its encoding. */
export function bytesOf(path: string, text: string, original: Buffer | undefined): string | Buffer {
  if (original === undefined || !isXml(path)) return text;
  return encodeXml(text, decodeXml(original, path).encoding);
}

function isXml(path: string): boolean {
  return path.endsWith('.xml');
}
