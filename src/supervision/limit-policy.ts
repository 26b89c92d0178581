// What is made of a service that costs more than its limits allow, and which services are being ended. Pure.

import { LIMIT_METRICS, type LimitMetric } from '../model/limits.js';
import type { SnapshotBuilder } from './snapshot-builder.js';
import { endProcess, fail, fire } from './actions.js';
import type { LimitBreach, FailureReason, ReportedStatus, ServiceSnapshot } from './snapshot.js';

/** By its limit's event: the service goes on and on_update fires, or it is ended and on_fail fires. */
export function exceedLimit(draft: SnapshotBuilder, service: ServiceSnapshot, excess: LimitBreach): void {
  const { id } = service.definition;
  const message = describeExcess(id, excess);
  if (excess.limit.event === 'updated') {
    const event = draft.record('event', id, `updated: ${message}`, service.cause);
    draft.set(id, { lastAction: 'updated' });
    const status = { reason: 'limit', ...describeItems(excess) } as const;
    draft.effects.push({ type: 'report', service: id, action: 'updated', status });
    fire(draft, id, 'on_update', event);
    return;
  }
  // It is asked first: a service that costs too much can still put its things in order.
  endProcess(draft, id, { cause: service.cause, atOnce: false });
  const hint = 'see what it does in its log, or raise that <limit> in its <supervision>';
  fail(draft, id, {
    reason: 'limit',
    error: { code: 'SVC_LIMIT_EXCEEDED', message, hint },
    end: describeItems(excess),
  });
}

const ENDED_FOR: readonly (FailureReason | undefined)[] = ['start_timeout', 'heartbeat', 'limit'];

/** It has failed in the provider's eyes: what it says while it ends changes nothing any more. */
export function isBeingEnded(service: ServiceSnapshot): boolean {
  return service.status === 'failed' && service.isAlive && ENDED_FOR.includes(service.reason);
}

function describeExcess(id: string, { limit, value }: LimitBreach): string {
  const { metric, above, for_s: seconds } = limit;
  const unit = LIMIT_METRICS[metric];
  const duration = seconds === 0 ? '' : ` for ${seconds} s`;
  return `${id} had ${metric} at ${round(value, metric)} ${unit}${duration}, allowed: ${above}`;
}

function describeItems({ limit, value }: LimitBreach): ReportedStatus {
  const { metric, above, for_s: seconds } = limit;
  return { metric, value: round(value, metric), above, for_s: seconds };
}

/** More digits than that were not measured. */
function round(value: number, metric: LimitMetric): number {
  return metric === 'cpu' ? Math.round(value * 10) / 10 : Math.round(value * 100) / 100;
}
