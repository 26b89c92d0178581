// Topic `heartbeat.<transaction>.<service>`: a service says, every few seconds, that it lives and how.

import { z } from 'zod';

export const heartbeatSchema = z.looseObject({
  header: z.looseObject({
    service_id: z.string(),
    service_transaction: z.string(),
    sender: z.string().optional(),
  }),
  content: z.looseObject({
    pid: z.number().int(),
    /** Of a thread service: the system's number for its thread. */
    tid: z.number().int().optional(),
    /** ISO time. */
    started_at: z.string(),
    /** The last event the service reported: created, started, updated, ... */
    state: z.string(),
    /** The seq of that event: who has seen fewer has missed some. */
    seq: z.number().int().nonnegative(),
    /** Whether `started` has been reported. */
    ready: z.boolean(),
    /** How much later than due its event loop came round, in milliseconds. */
    event_loop_lag_ms: z.number().nonnegative(),
    /** Lines that its log lost, and why the last of them: a full disk (ENOSPC) ends no service. */
    log_loss: z.looseObject({ lines: z.number().int(), code: z.string() }).optional(),
  }),
});
export type HeartbeatBody = z.infer<typeof heartbeatSchema>;

export interface Heartbeat extends HeartbeatBody {
  readonly kind: 'heartbeat';
}
