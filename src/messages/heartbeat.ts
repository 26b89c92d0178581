// Topic `heartbeat.<transaction>.<service>`: a service says, every few seconds, that it lives and how.

import * as z from 'zod';
import { isCount, isOptional, isRecord, isText, isWhole } from './plain.js';

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

/**
 * True for a heartbeat with nothing wrong and no lines lost: nearly everything that an idle provider hears. It
 * costs far less than the schema. Whatever is otherwise is the schema's to judge.
 */
export function isPlainHeartbeat(body: unknown): body is HeartbeatBody {
  if (!isRecord(body) || !isRecord(body.header) || !isRecord(body.content)) return false;
  const { service_id: id, service_transaction: transaction, sender } = body.header;
  const {
    pid,
    tid,
    started_at: startedAt,
    state,
    seq,
    ready,
    event_loop_lag_ms: lagMs,
    log_loss,
  } = body.content;
  return (
    [id, transaction, startedAt, state].every(isText) &&
    isOptional(sender, isText) &&
    isWhole(pid) &&
    isOptional(tid, isWhole) &&
    isCount(seq) &&
    typeof ready === 'boolean' &&
    typeof lagMs === 'number' &&
    lagMs >= 0 &&
    Number.isFinite(lagMs) &&
    log_loss === undefined
  );
}
