// Valid files with one hostile change.

import { FULL_CONTEXT, FULL_META } from './sample-files.js';

export type Kind = 'context' | 'meta';
export interface HostileFile {
  readonly what: string;
  readonly kind: Kind;
  readonly bytes: Uint8Array;
  /** The expected value if the file is accepted; left out if it must be rejected. */
  readonly holds?: string;
}
export const TEXTS: Readonly<Record<Kind, string>> = { context: FULL_CONTEXT, meta: FULL_META };
export const ROOTS: Readonly<Record<Kind, string>> = { context: 'Context', meta: 'MetaServiceConf' };
const BODY: Readonly<Record<Kind, string>> = {
  context: '<description>does its work</description>',
  meta: '<task_desc>does its work</task_desc>',
};
export function utf8(text: string): Uint8Array {
  return Buffer.from(text);
}

export function edit(kind: Kind, from: string, to: string): Uint8Array {
  if (!TEXTS[kind].includes(from)) throw new Error(`there is no ${from}`);
  return utf8(TEXTS[kind].replace(from, () => to));
}

export function withBody(kind: Kind, body: string): Uint8Array {
  return edit(
    kind,
    BODY[kind],
    BODY[kind].replace('does its work', () => body),
  );
}
