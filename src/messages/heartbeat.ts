// Topic `heartbeat.<transaction>.<service>`: a service says, every few seconds, that it lives and how.

import * as z from 'zod';

export const heartbeatSchema = z.looseObject({
  header: z.looseObject({
    service_id: z.string(),
    service_transaction: z.string(),
    sender: z.string().optional(),
  }),
  content: z.looseObject({
    pid: z.number().int(),
    tid: z.number().int().optional().describe("Of a thread service: the system's number for its thread."),
    started_at: z.string().describe('ISO time.'),
    state: z.string().describe('The last event the service reported: created, started, updated, ...'),
    seq: z
      .number()
      .int()
      .nonnegative()
      .describe('The seq of that event: who has seen fewer has missed some.'),
    ready: z.boolean().describe('Whether `started` has been reported.'),
    event_loop_lag_ms: z
      .number()
      .nonnegative()
      .describe('How much later than due its event loop came round, in milliseconds.'),
    log_loss: z
      .looseObject({ lines: z.number().int(), code: z.string() })
      .optional()
      .describe('Lines that its log lost, and why the last of them: a full disk (ENOSPC) ends no service.'),
  }),
});
export type HeartbeatBody = z.infer<typeof heartbeatSchema>;

export interface Heartbeat extends HeartbeatBody {
  readonly kind: 'heartbeat';
}
