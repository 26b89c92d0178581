// Topic `threads`: reports of a host to its provider about the runs that it has been commanded to start.

import * as z from 'zod';

const run = z.looseObject({
  token: z.string().describe('The token of the run, from the command that launched it.'),
  exit_code: z.number().int().optional(),
  error_code: z
    .string()
    .optional()
    .describe('The Node error code that ended the thread, such as ERR_WORKER_OUT_OF_MEMORY.'),
});

export const hostNoticeSchema = z.looseObject({
  header: z.looseObject({ action: z.enum(['running', 'ended']), host: z.string() }),
  content: z.looseObject({ threads: z.array(run) }),
});
export type HostNoticeBody = z.infer<typeof hostNoticeSchema>;

export interface HostNotice extends HostNoticeBody {
  readonly kind: 'host_notice';
}
