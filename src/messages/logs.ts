// The reply to `logs` on topic `state`: the log files of a service on the machine of the provider.

import * as z from 'zod';

export const logsReplySchema = z.looseObject({
  service_id: z.string(),
  files: z.array(z.string()).min(1).describe('Absolute paths, oldest first. The last file is being written.'),
  out: z
    .string()
    .describe(
      'The file for output that bypasses the log: crashes of the runtime, output of child processes.',
    ),
  lost: z
    .looseObject({ lines: z.number(), code: z.string() })
    .optional()
    .describe(
      'The lines that could not be written in the present run, for example because the disk is full.',
    ),
});
export type LogsReply = z.infer<typeof logsReplySchema>;
