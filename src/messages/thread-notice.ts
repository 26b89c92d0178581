// Topic `threads`: what a thread host tells its provider of its threads.

import * as z from 'zod';

const thread = z.looseObject({
  /** The token of the run; see ThreadOrder. */
  token: z.string(),
  exit_code: z.number().int().optional(),
  /** Node's code of the error that ended the thread, such as ERR_WORKER_OUT_OF_MEMORY. */
  error_code: z.string().optional(),
});

export const threadNoticeSchema = z.looseObject({
  header: z.looseObject({ action: z.enum(['running', 'ended']), host: z.string() }),
  content: z.looseObject({ threads: z.array(thread) }),
});
export type ThreadNoticeBody = z.infer<typeof threadNoticeSchema>;

export interface ThreadNotice extends ThreadNoticeBody {
  readonly kind: 'thread_notice';
}
