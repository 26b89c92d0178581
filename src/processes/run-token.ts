// The token of a run: every process of a service carries it, and what else marks them is made from it.

import { createHash } from 'node:crypto';

/** Environment variable that marks every process of one run of a service, grandchildren included. */
export const TOKEN_VARIABLE = 'CONTEXTD_TOKEN';

/** Marks runs in threads, so that a child of a thread is not taken for the service itself. */
export const THREAD_MARK = 'thread/';
/** Marks the processes that hold threads: `thread-host/<owner>/<context>/<host>`. */
export const HOST_MARK = 'thread-host/';

/** The owner in a token: names the folder of the provider that has launched the run. */
export function ownerIn(token: string): string {
  const mark = [HOST_MARK, THREAD_MARK].find((each) => token.startsWith(each)) ?? '';
  return token.slice(mark.length).split('/', 1)[0] ?? '';
}

/** The first `length` hexadecimal digits of a digest. */
export function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
