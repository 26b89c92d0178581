// Topic `threads`: reports of a thread host to its provider.

import * as z from 'zod';

const thread = z.looseObject({
  token: z.string().describe('The token of the run, from the order that launched it.'),
  exit_code: z.number().int().optional(),
  error_code: z
    .string()
    .optional()
    .describe('The Node error code that ended the thread, such as ERR_WORKER_OUT_OF_MEMORY.'),
});

export const threadNoticeSchema = z.looseObject({
  header: z.looseObject({ action: z.enum(['running', 'ended']), host: z.string() }),
  content: z.looseObject({ threads: z.array(thread) }),
});
export type ThreadNoticeBody = z.infer<typeof threadNoticeSchema>;

export interface ThreadNotice extends ThreadNoticeBody {
  readonly kind: 'thread_notice';
}
