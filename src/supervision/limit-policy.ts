// Handles services that exceed a limit: a resource limit, start_timeout_s or heartbeat_limit_s. Pure.

import type { ErrorReport } from '../base/errors.js';
import { supervisionOf } from '../model/context.js';
import { LIMIT_METRICS, type LimitMetric } from '../model/limits.js';
import type { SnapshotBuilder } from './snapshot-builder.js';
import { endProcess, fail, fireTrigger } from './actions.js';
import type { LimitBreach, FailureReason, ReportedStatus, ServiceSnapshot } from './snapshot.js';

/** With event `updated` the service keeps running and on_update fires; with `failed` it is stopped and on_fail fires. */
export function handleLimitBreach(
  builder: SnapshotBuilder,
  service: ServiceSnapshot,
  breach: LimitBreach,
): void {
  const { id } = service.definition;
  const message = describeBreach(id, breach);
  if (breach.limit.event === 'updated') {
    const event = builder.record(
      { kind: 'event', service: id, action: 'updated', reason: 'limit', message },
      service.cause,
    );
    builder.set(id, { lastAction: 'updated' });
    const status = { reason: 'limit', ...describeItems(breach) } as const;
    builder.report(id, 'updated', status);
    fireTrigger(builder, id, 'on_update', event);
    return;
  }
  // A service over its limit can still clean up: request the stop first.
  endProcess(builder, id, { cause: service.cause, atOnce: false });
  const hint = 'see its log, or raise that <limit> in its <supervision>';
  fail(builder, id, {
    reason: 'limit',
    error: { code: 'SVC_LIMIT_EXCEEDED', message, hint },
    end: describeItems(breach),
  });
}

export function handleStartTimeout(builder: SnapshotBuilder, service: ServiceSnapshot): void {
  const { id } = service.definition;
  const limit = supervisionOf(service.definition).start_timeout_s;
  killAndFail(builder, service, 'start_timeout', {
    code: 'SVC_START_TIMEOUT',
    message: `${id} was not ready within ${limit} s`,
    hint: 'see its log, or raise <start_timeout_s> in its <supervision>',
  });
}

/** Applies to services with <heartbeat_limit_s> only: a busy event loop alone is not a failure. */
export function handleHeartbeatLoss(builder: SnapshotBuilder, service: ServiceSnapshot): void {
  const { id } = service.definition;
  const limit = supervisionOf(service.definition).heartbeat_limit_s;
  killAndFail(builder, service, 'heartbeat', {
    code: 'SVC_HEARTBEAT_LOST',
    message: `${id} sent no heartbeat for ${limit} s`,
    hint: 'its event loop may be blocked; see its log, or raise <heartbeat_limit_s> in its <supervision>',
  });
}

function killAndFail(
  builder: SnapshotBuilder,
  { definition, cause }: ServiceSnapshot,
  reason: FailureReason,
  error: ErrorReport,
): void {
  endProcess(builder, definition.id, { cause, atOnce: true });
  fail(builder, definition.id, { reason, error });
}

const FORCED_END_REASONS: readonly (FailureReason | undefined)[] = ['start_timeout', 'heartbeat', 'limit'];

/** Whether the provider has declared the service failed and is ending it: its reports change nothing any more. */
export function isBeingEnded(service: ServiceSnapshot): boolean {
  return service.status === 'failed' && service.isAlive && FORCED_END_REASONS.includes(service.reason);
}

function describeBreach(id: string, { limit, value }: LimitBreach): string {
  const { metric, above, for_s: seconds } = limit;
  const unit = LIMIT_METRICS[metric];
  const duration = seconds === 0 ? '' : ` for ${seconds} s`;
  return `${id} had ${metric} at ${round(value, metric)} ${unit}${duration}, allowed: ${above}`;
}

function describeItems({ limit, value }: LimitBreach): ReportedStatus {
  const { metric, above, for_s: seconds } = limit;
  return { metric, value: round(value, metric), above, for_s: seconds };
}

/** Drops digits beyond the precision of the measurement. */
function round(value: number, metric: LimitMetric): number {
  return metric === 'cpu' ? Math.round(value * 10) / 10 : Math.round(value * 100) / 100;
}
