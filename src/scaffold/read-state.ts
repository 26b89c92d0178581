// Reads the input of a plan: the templates, and the present text of every file that it may change.

import { readFile } from 'node:fs/promises';
import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import { decodeXml, encodeXml } from '../xml/encoding.js';
import { filesOf, type ScaffoldState } from './plan.js';
import { loadTemplates } from './render.js';
import type { ScaffoldRequest } from './request.js';

export async function readState(request: ScaffoldRequest): Promise<ScaffoldState> {
  const templates = await loadTemplates();
  const paths = filesOf(request, templates);
  const bytes = await Promise.all(paths.map(readIfExists));
  const texts = paths.map((path, at) => [path, textOf(path, bytes[at])] as const);
  return { templates, files: new Map(texts) };
}

/** Returns the bytes of a file; undefined if it does not exist. Throws TPL_CONFLICT. */
export async function readIfExists(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (hasErrnoCode(error, 'ENOENT')) return undefined;
    const isInTheWay = hasErrnoCode(error, 'EISDIR', 'ENOTDIR');
    const reason = isInTheWay ? 'a file is where a folder is expected, or the reverse' : messageOf(error);
    throw new ContextdError('TPL_CONFLICT', `cannot read ${path}: ${reason}`, { cause: error });
  }
}

/** Decodes the text of a file; an XML file in its declared encoding. Throws XML_MALFORMED. */
export function textOf(path: string, bytes: Buffer | undefined): string | undefined {
  return bytes !== undefined && isXml(path) ? decodeXml(bytes, path).text : bytes?.toString('utf8');
}

/** Encodes `text` for a file; an XML file keeps the encoding of `original`. */
export function bytesOf(path: string, text: string, original: Buffer | undefined): string | Buffer {
  if (original === undefined || !isXml(path)) return text;
  return encodeXml(text, decodeXml(original, path).encoding);
}

function isXml(path: string): boolean {
  return path.endsWith('.xml');
}
