// The token of a run: all processes of a service carry it, and control group names and rlimit tags derive from it.

import { createHash } from 'node:crypto';
import { createUniqueId, type ServiceId, type TransactionId } from '../base/ids.js';

/** Environment variable with the token; inherited by all descendants of a service. */
export const TOKEN_VARIABLE = 'CONTEXTD_TOKEN';

/** Prefix for runs in threads, so that a child process of a thread is not mistaken for the service itself. */
export const THREAD_TOKEN_PREFIX = 'thread/';
/** Prefix for thread hosts: `thread-host/<owner>/<context>/<host>`. */
export const HOST_TOKEN_PREFIX = 'thread-host/';

/** Returns the owner in a token: it identifies the folder of the provider that launched the run. */
export function ownerOfToken(token: string): string {
  const prefix = [HOST_TOKEN_PREFIX, THREAD_TOKEN_PREFIX].find((each) => token.startsWith(each)) ?? '';
  return token.slice(prefix.length).split('/', 1)[0] ?? '';
}

/** Returns the first `length` hexadecimal digits of the SHA-256 of `text`. */
export function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/** The parts of `<owner>/<transaction>/<service>/<run>/<unique>`; they identify a process even without a journal. */
export interface RunToken {
  readonly transaction: string;
  readonly service: string;
  readonly run: number;
}

/** Returns the owner for a state folder. A provider never touches processes of another owner. */
export function ownerOf(stateFolder: string): string {
  return createHash('sha256').update(stateFolder).digest('hex').slice(0, 16);
}

export function composeToken(
  owner: string,
  run: { readonly transaction: TransactionId; readonly service: ServiceId; readonly run: number },
): string {
  return [owner, run.transaction, run.service, run.run, createUniqueId()].join('/');
}

/** Returns what identifies the run in messages and in the journal: it does not reveal the token. */
export function publishedToken(token: string): string {
  return digest(token, 16);
}

export function isThreadToken(token: string): boolean {
  return token.startsWith(THREAD_TOKEN_PREFIX);
}

/** Parses the token of a process or thread; undefined if it has another format. */
export function parseToken(token: string): RunToken | undefined {
  if (token.startsWith(HOST_TOKEN_PREFIX)) return undefined;
  const [, transaction, service, run] = token.split('/').slice(isThreadToken(token) ? 1 : 0);
  if (transaction === undefined || service === undefined || run === undefined) return undefined;
  return { transaction, service, run: Number(run) };
}
