// The token of a run: every process of a service carries it, and what else marks them is made from it.

import { createHash } from 'node:crypto';
import { createUniqueId, type ServiceId, type TransactionId } from '../base/ids.js';

/** Environment variable that marks every process of one run of a service, grandchildren included. */
export const TOKEN_VARIABLE = 'CONTEXTD_TOKEN';

/** Marks runs in threads, so that a child of a thread is not taken for the service itself. */
export const THREAD_TOKEN_PREFIX = 'thread/';
/** Marks the processes that hold threads: `thread-host/<owner>/<context>/<host>`. */
export const HOST_TOKEN_PREFIX = 'thread-host/';

/** The owner in a token: names the folder of the provider that has launched the run. */
export function ownerIn(token: string): string {
  const mark = [HOST_TOKEN_PREFIX, THREAD_TOKEN_PREFIX].find((each) => token.startsWith(each)) ?? '';
  return token.slice(mark.length).split('/', 1)[0] ?? '';
}

/** The first `length` hexadecimal digits of a digest. */
export function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/** `<owner>/<transaction>/<service>/<run>/<unique>`: says whose a process is even if nothing was written down. */
export interface RunToken {
  readonly transaction: string;
  readonly service: string;
  readonly run: number;
}

/** Names the provider's folder; another folder's provider leaves its services alone. */
export function ownerOf(stateFolder: string): string {
  return createHash('sha256').update(stateFolder).digest('hex').slice(0, 16);
}

export function composeToken(
  owner: string,
  mark: { readonly transaction: TransactionId; readonly service: ServiceId; readonly run: number },
): string {
  return [owner, mark.transaction, mark.service, mark.run, createUniqueId()].join('/');
}

/** What a token says; undefined for one that was made elsewhere. */
export function parseToken(token: string): RunToken | undefined {
  const [, transaction, service, run] = token.split('/');
  if (transaction === undefined || service === undefined || run === undefined) return undefined;
  return { transaction, service, run: Number(run) };
}
