// The moves a service can make: run, stop, end, fail; each changes the draft and adds effects.

import type { ErrorReport } from '../base/errors.js';
import type { ServiceId } from '../base/ids.js';
import { supervisionOf, transitionsOf, type Transition, type Trigger } from '../model/context.js';
import type { SnapshotBuilder } from './snapshot-builder.js';
import { decideRestart } from './restart-policy.js';
import type { FailureReason, ReportedStatus, ServiceSnapshot, PendingStart } from './snapshot.js';

/** Launches the service, now or, when a run of it is still there, as soon as that one has ended. */
export function run(draft: SnapshotBuilder, id: ServiceId, wish: PendingStart): void {
  const service = draft.get(id);
  if (service === undefined) return;
  if (!service.isAlive) {
    resume(draft, id, wish);
  } else if (service.status === 'stopping') {
    // A command's word holds: no limit of restarts keeps it from being carried out.
    draft.set(id, { pendingStart: service.pendingStart?.by === 'command' ? service.pendingStart : wish });
  } else {
    stopProcess(draft, id, wish.cause);
    draft.set(id, { pendingStart: wish });
  }
}

/** Stops the service; it will not come back by an earlier wish. */
export function stop(draft: SnapshotBuilder, id: ServiceId, cause: number): void {
  const service = draft.get(id);
  if (service === undefined) return;
  if (service.status === 'backoff') {
    const event = draft.record('event', id, 'stopped', cause);
    draft.set(id, { status: 'stopped', lastAction: 'stopped', cause: event, pendingStart: undefined });
    draft.effects.push({ type: 'report', service: id, action: 'stopped', status: {} });
    fire(draft, id, 'on_exit', event);
  } else if (service.isAlive) {
    if (service.status !== 'stopping') stopProcess(draft, id, cause);
    draft.set(id, { pendingStart: undefined });
  }
}

/** Reports and records a failure the service could not report itself, and fires on_fail. */
export function fail(draft: SnapshotBuilder, id: ServiceId, failure: Failure): void {
  const event = draft.record('event', id, `failed: ${failure.error.message}`, draft.get(id)?.cause ?? 0);
  draft.set(id, {
    status: 'failed',
    lastAction: 'failed',
    cause: event,
    reason: failure.reason,
    error: failure.error,
  });
  const { reason, error, end = {} } = failure;
  draft.effects.push({ type: 'report', service: id, action: 'failed', status: { ...end, reason, error } });
  // Giving up is the end of a failure that has fired already.
  if (reason !== 'gave_up') fire(draft, id, 'on_fail', event);
}

export interface Failure {
  readonly reason: FailureReason;
  readonly error: ErrorReport;
  readonly end?: ReportedStatus;
}

/** Climbs the stop ladder for the present process, which was asked for. */
export function stopProcess(draft: SnapshotBuilder, id: ServiceId, cause: number): void {
  draft.move(id, 'stopping', endProcess(draft, id, { cause, atOnce: false }));
}

/** Climbs the stop ladder, or kills at once, and leaves it to others what the service is said to be. */
export function endProcess(
  draft: SnapshotBuilder,
  id: ServiceId,
  { cause, atOnce }: { readonly cause: number; readonly atOnce: boolean },
): number {
  const effect = draft.record('effect', id, 'stop', cause);
  draft.effects.push({ type: 'stop', service: id, run: draft.get(id)?.run ?? 0, atOnce });
  return effect;
}

/** Launches a service that has no process, as far as the restart policy lets a transition do so. */
export function resume(draft: SnapshotBuilder, id: ServiceId, wish: PendingStart): void {
  const service = draft.get(id);
  if (service === undefined) return;
  const isFirst = service.run === 0;
  if (wish.by === 'command' || isFirst) {
    launch(draft, id, wish.cause, wish.by === 'command' ? [] : service.restartsMs);
    return;
  }
  const supervision = supervisionOf(service.definition);
  const isAfterFailure = wish.trigger === 'on_fail' && service.status === 'failed';
  const verdict = decideRestart({
    atMs: draft.atMs,
    restartsMs: service.restartsMs,
    isAfterFailure,
    supervision,
    random: draft.random,
  });
  if (verdict.type === 'give_up') {
    giveUp(draft, id, supervision.max_restarts, supervision.restart_window_s);
  } else if (verdict.delayMs === 0) {
    launch(draft, id, wish.cause, verdict.restartsMs);
  } else {
    const effect = draft.record('effect', id, `back off for ${verdict.delayMs} ms`, wish.cause);
    draft.set(id, {
      status: 'backoff',
      cause: effect,
      pendingStart: undefined,
      restartsMs: verdict.restartsMs,
    });
    draft.effects.push({ type: 'time_backoff', service: id, run: service.run, delayMs: verdict.delayMs });
  }
}

export function launch(
  draft: SnapshotBuilder,
  id: ServiceId,
  cause: number,
  restartsMs: readonly number[],
): void {
  const run = (draft.get(id)?.run ?? 0) + 1;
  const effect = draft.record('effect', id, 'launch', cause);
  draft.set(id, {
    ...restingState,
    status: 'starting',
    run,
    isAlive: true,
    restartsMs,
    cause: effect,
  });
  draft.effects.push({ type: 'launch', service: id, run });
}

/** Carries out the transitions of this trigger, unless the service is stopped with its whole transaction. */
export function fire(draft: SnapshotBuilder, id: ServiceId, trigger: Trigger, event: number): void {
  const service = draft.get(id);
  if (service === undefined || service.triggersSuppressed) return;
  for (const transition of transitionsOf(service.definition)) {
    if (transition.trigger !== trigger) continue;
    for (const target of transition.targets) carryOut(draft, transition, target, { from: id, event });
  }
}

interface Origin {
  readonly from: ServiceId;
  readonly event: number;
}

function carryOut(draft: SnapshotBuilder, transition: Transition, target: ServiceId, origin: Origin): void {
  const service = draft.get(target);
  if (service === undefined) return;
  const { action, trigger } = transition;
  const idle = whyNothingToDo(action, service);
  const note = idle === undefined ? '' : ` (${idle})`;
  const cause = draft.record(
    'transition',
    origin.from,
    `${trigger}: ${action} ${target}${note}`,
    origin.event,
  );
  if (idle !== undefined) return;
  if (action === 'stop') stop(draft, target, cause);
  else run(draft, target, { by: 'transition', trigger, cause });
}

/** A service that has given up waits for a command; apart from that, it may stand there already. */
function whyNothingToDo(action: Transition['action'], service: ServiceSnapshot): string | undefined {
  if (action !== 'stop' && service.reason === 'gave_up') return 'it has given up';
  return isThereAlready(action, service) ? `already ${service.status}` : undefined;
}

function isThereAlready(action: Transition['action'], service: ServiceSnapshot): boolean {
  switch (action) {
    case 'start':
      return ['starting', 'started', 'backoff'].includes(service.status);
    case 'stop':
      return !service.isAlive && service.status !== 'backoff';
    case 'restart':
      return service.status === 'backoff';
  }
}

function giveUp(draft: SnapshotBuilder, id: ServiceId, limit: number, windowS: number): void {
  draft.set(id, { pendingStart: undefined });
  const message = `gave up: restarted ${limit} times within ${windowS} s`;
  const hint = 'see its log, then restart it by command';
  fail(draft, id, { reason: 'gave_up', error: { code: 'SVC_GAVE_UP', message, hint } });
}

/** What a service without a process, and without a past, looks like. */
export const restingState = {
  isAlive: false,
  pid: undefined,
  reportedEnd: undefined,
  triggersSuppressed: false,
  pendingStart: undefined,
  reason: undefined,
  error: undefined,
} as const satisfies Partial<ServiceSnapshot>;
