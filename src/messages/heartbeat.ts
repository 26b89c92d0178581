// Topic `heartbeat.<transaction>.<service>`: the heartbeat of a service, every few seconds.

import * as z from 'zod';
import { isCount, isOptional, isRecord, isText, isWhole } from './plain.js';
import { RUN_TOKEN, type RunIdentity } from './run-identity.js';

export const heartbeatSchema = z.looseObject({
  header: z.looseObject({
    service_id: z.string(),
    service_transaction: z.string(),
    sender: z.string().optional(),
    run_token: z.string().optional().describe(RUN_TOKEN),
  }),
  content: z.looseObject({
    pid: z.number().int(),
    tid: z.number().int().optional().describe('The operating system id of the thread of a thread service.'),
    started_at: z.string().describe('ISO time.'),
    state: z.string().describe('The last event of the service: created, started, updated, ...'),
    seq: z
      .number()
      .int()
      .nonnegative()
      .describe('The seq of that event. A receiver that has a lower seq has missed events.'),
    ready: z.boolean().describe('Whether `started` has been reported.'),
    event_loop_lag_ms: z.number().nonnegative().describe('The lag of its event loop, in milliseconds.'),
    log_loss: z
      .looseObject({ lines: z.number().int(), code: z.string() })
      .optional()
      .describe(
        'The number of lost log lines, and the error code of the last one, such as ENOSPC for a full disk.',
      ),
  }),
});
export type HeartbeatBody = z.infer<typeof heartbeatSchema>;

export interface Heartbeat extends HeartbeatBody {
  readonly kind: 'heartbeat';
}

/** The run that the heartbeat is of. */
export function runOfHeartbeat({ header, content }: HeartbeatBody): RunIdentity {
  return { runToken: header.run_token, pid: content.pid };
}

/**
 * True for a valid heartbeat without lost lines, which is nearly every message that an idle provider receives. This is
 * much faster than the schema. All other bodies must be checked by the schema.
 */
export function isPlainHeartbeat(body: unknown): body is HeartbeatBody {
  if (!isRecord(body) || !isRecord(body.header) || !isRecord(body.content)) return false;
  const { service_id: id, service_transaction: transaction, sender, run_token: runToken } = body.header;
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
    isOptional(runToken, isText) &&
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
