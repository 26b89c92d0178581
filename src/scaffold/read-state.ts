// Reads what a plan must know: the templates, and the present text of every file that it may touch.

import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import { contextFileOf, filesOf, type ScaffoldState } from './plan.js';
import { loadTemplates } from './render.js';
import type { ScaffoldRequest } from './request.js';

export async function readState(request: ScaffoldRequest): Promise<ScaffoldState> {
  const templates = await loadTemplates();
  const paths = filesOf(request, templates);
  const bytes = await Promise.all(paths.map(readIfThere));
  const texts = bytes.map((content, at) => [paths[at] ?? '', content?.toString('utf8')] as const);
  refuseOtherEncoding(contextFileOf(request), bytes[paths.indexOf(contextFileOf(request))]);
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

/** Decoding and encoding again would change bytes that nobody asked to change. */
function refuseOtherEncoding(path: string, bytes: Buffer | undefined): void {
  if (bytes === undefined || isUtf8(bytes)) return;
  throw new ContextdError('XML_MALFORMED', `${path} is not encoded in UTF-8`, {
    hint: 'save the file as UTF-8',
  });
}
