// The answer to `logs` on topic `state`: where a service's log lies on the provider's machine.

import * as z from 'zod';

export const logsReplySchema = z.looseObject({
  service_id: z.string(),
  /** Absolute paths, oldest first; the last one is being written to. */
  files: z.array(z.string()).min(1),
  /** Where what bypasses the log goes: crashes of the runtime, output of processes the service starts. */
  out: z.string(),
  /** What could not be written in the service's present run: a full disk costs lines. */
  lost: z.looseObject({ lines: z.number(), code: z.string() }).optional(),
});
export type LogsReply = z.infer<typeof logsReplySchema>;
