// The answer to `logs` on topic `state`: where a service's log lies on the provider's machine.

import * as z from 'zod';

export const logsReplySchema = z.looseObject({
  service_id: z.string(),
  files: z
    .array(z.string())
    .min(1)
    .describe('Absolute paths, oldest first; the last one is being written to.'),
  out: z
    .string()
    .describe(
      'Where what bypasses the log goes: crashes of the runtime, output of processes the service starts.',
    ),
  lost: z
    .looseObject({ lines: z.number(), code: z.string() })
    .optional()
    .describe("What could not be written in the service's present run: a full disk costs lines."),
});
export type LogsReply = z.infer<typeof logsReplySchema>;
