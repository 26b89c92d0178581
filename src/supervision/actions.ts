// The actions on a service: run, stop, launch, fail. Each changes the snapshot and adds effects. Pure.

import type { ErrorReport } from '../base/errors.js';
import type { ServiceId } from '../base/ids.js';
import { supervisionOf, transitionsOf, type Transition, type Trigger } from '../model/context.js';
import type { SnapshotBuilder } from './snapshot-builder.js';
import { decideRestart, restartsAfter } from './restart-policy.js';
import type { FailureReason, ReportedStatus, ServiceSnapshot, PendingStart } from './snapshot.js';

/** Launches the service at once, or as soon as its present run has ended. */
export function run(builder: SnapshotBuilder, id: ServiceId, pending: PendingStart): void {
  const service = builder.get(id);
  if (service === undefined) return;
  if (!service.isAlive) {
    launchIfAllowed(builder, id, pending);
  } else if (service.status === 'stopping') {
    // A pending start by command stays: no restart limit may prevent it.
    builder.set(id, {
      pendingStart: service.pendingStart?.by === 'command' ? service.pendingStart : pending,
    });
  } else {
    stopProcess(builder, id, pending.cause);
    builder.set(id, { pendingStart: pending });
  }
}

/** Stops the service and cancels a pending start. */
export function stop(builder: SnapshotBuilder, id: ServiceId, cause: number): void {
  const service = builder.get(id);
  if (service === undefined) return;
  if (service.status === 'backoff') {
    const event = builder.record({ kind: 'event', service: id, action: 'stopped' }, cause);
    builder.set(id, { status: 'stopped', lastAction: 'stopped', cause: event, pendingStart: undefined });
    builder.report(id, 'stopped', {});
    fireTrigger(builder, id, 'on_exit', event);
  } else if (service.isAlive) {
    if (service.status !== 'stopping') stopProcess(builder, id, cause);
    builder.set(id, { pendingStart: undefined });
  }
}

/** Reports and records a failure that the service cannot report itself, and fires on_fail. */
export function fail(builder: SnapshotBuilder, id: ServiceId, failure: Failure): void {
  const { reason, error, end = {} } = failure;
  const event = builder.record(
    { kind: 'event', service: id, action: 'failed', reason, message: error.message },
    builder.get(id)?.cause ?? 0,
  );
  builder.set(id, { status: 'failed', lastAction: 'failed', cause: event, reason, error });
  builder.report(id, 'failed', { ...end, reason, error });
  // Giving up follows a failure whose on_fail has fired already.
  if (reason !== 'gave_up') fireTrigger(builder, id, 'on_fail', event);
}

export interface Failure {
  readonly reason: FailureReason;
  readonly error: ErrorReport;
  readonly end?: ReportedStatus;
}

/** Stops the present process step by step (request, SIGTERM, SIGKILL); the service becomes `stopping`. */
export function stopProcess(builder: SnapshotBuilder, id: ServiceId, cause: number): void {
  builder.setStatus(id, 'stopping', endProcess(builder, id, { cause, atOnce: false }));
}

/** Stops the present process step by step, or kills it `atOnce`. The caller sets the status. */
export function endProcess(
  builder: SnapshotBuilder,
  id: ServiceId,
  { cause, atOnce }: { readonly cause: number; readonly atOnce: boolean },
): number {
  const effect = builder.record({ kind: 'effect', service: id, action: 'stop' }, cause);
  builder.effects.push({ type: 'stop', service: id, run: builder.get(id)?.run ?? 0, atOnce });
  return effect;
}

/** Launches a service that has no process. The restart limit may delay or refuse a start that no command requested. */
export function launchIfAllowed(builder: SnapshotBuilder, id: ServiceId, pending: PendingStart): void {
  const service = builder.get(id);
  if (service === undefined) return;
  const isFirst = service.run === 0;
  if (pending.by === 'command' || isFirst) {
    launch(builder, id, pending.cause, pending.by === 'command' ? [] : service.restartsMs);
    return;
  }
  const supervision = supervisionOf(service.definition);
  const isAfterFailure = pending.trigger === 'on_fail' && service.status === 'failed';
  const hasBackoff = pending.by === 'policy' || isAfterFailure;
  const decision = decideRestart({
    atMs: builder.atMs,
    restartsMs: service.restartsMs,
    hasBackoff,
    supervision,
    random: builder.random,
  });
  if (decision.type === 'give_up') {
    giveUp(builder, id, supervision.max_restarts, supervision.restart_window_s);
  } else if (decision.delayMs === 0) {
    launch(builder, id, pending.cause, decision.restartsMs);
  } else {
    const effect = builder.record(
      { kind: 'effect', service: id, action: 'backoff', delay_ms: decision.delayMs },
      pending.cause,
    );
    builder.set(id, {
      status: 'backoff',
      cause: effect,
      pendingStart: undefined,
      restartsMs: decision.restartsMs,
    });
    builder.effects.push({ type: 'time_backoff', service: id, run: service.run, delayMs: decision.delayMs });
  }
}

export function launch(
  builder: SnapshotBuilder,
  id: ServiceId,
  cause: number,
  restartsMs: readonly number[],
): void {
  const run = (builder.get(id)?.run ?? 0) + 1;
  const effect = builder.record({ kind: 'effect', service: id, action: 'launch' }, cause);
  builder.set(id, {
    ...freshRun,
    status: 'starting',
    run,
    isAlive: true,
    restartsMs,
    cause: effect,
  });
  builder.effects.push({ type: 'launch', service: id, run });
}

/** Performs the transitions of this trigger, unless the service is stopped with its whole transaction. */
export function fireTrigger(builder: SnapshotBuilder, id: ServiceId, trigger: Trigger, event: number): void {
  const service = builder.get(id);
  if (service === undefined || service.triggersSuppressed) return;
  for (const transition of transitionsOf(service.definition)) {
    if (transition.trigger !== trigger) continue;
    for (const target of transition.targets)
      performTransition(builder, transition, target, { from: id, event });
  }
  if (trigger === 'on_fail' || trigger === 'on_exit') applyRestartPolicy(builder, id, event);
}

/** Starts a service again that has ended, unless a transition has already started or stopped it. */
function applyRestartPolicy(builder: SnapshotBuilder, id: ServiceId, event: number): void {
  const service = builder.get(id);
  if (service === undefined || service.pendingStart !== undefined) return;
  const { restart } = supervisionOf(service.definition);
  if (!restartsAfter(restart, service)) return;
  const cause = builder.record({ kind: 'effect', service: id, action: 'restart' }, event);
  run(builder, id, { by: 'policy', cause });
}

interface Origin {
  readonly from: ServiceId;
  readonly event: number;
}

function performTransition(
  builder: SnapshotBuilder,
  transition: Transition,
  target: ServiceId,
  origin: Origin,
): void {
  const service = builder.get(target);
  if (service === undefined) return;
  const { action, trigger } = transition;
  const outcome = outcomeOf(action, service);
  const cause = builder.record(
    { kind: 'transition', service: origin.from, trigger, action, target, outcome },
    origin.event,
  );
  if (outcome !== 'done') return;
  if (action === 'stop') stop(builder, target, cause);
  else run(builder, target, { by: 'transition', trigger, cause });
}

/** A transition changes nothing if its target has given up and waits for a command, or is in that state already. */
function outcomeOf(action: Transition['action'], service: ServiceSnapshot): string {
  if (action !== 'stop' && service.reason === 'gave_up') return 'gave_up';
  return isAlreadyInState(action, service) ? service.status : 'done';
}

function isAlreadyInState(action: Transition['action'], service: ServiceSnapshot): boolean {
  switch (action) {
    case 'start':
      return ['starting', 'started', 'backoff'].includes(service.status);
    case 'stop':
      return !service.isAlive && service.status !== 'backoff';
    case 'restart':
      return service.status === 'backoff';
  }
}

function giveUp(builder: SnapshotBuilder, id: ServiceId, limit: number, windowS: number): void {
  builder.set(id, { pendingStart: undefined });
  const message = `gave up: restarted ${limit} times within ${windowS} s`;
  const hint = 'see its log, then restart it by command';
  fail(builder, id, { reason: 'gave_up', error: { code: 'SVC_GAVE_UP', message, hint } });
}

/** The fields of a service that no earlier run influences. */
export const freshRun = {
  isAlive: false,
  pid: undefined,
  runToken: undefined,
  reportedEnd: undefined,
  triggersSuppressed: false,
  pendingStart: undefined,
  reason: undefined,
  error: undefined,
} as const satisfies Partial<ServiceSnapshot>;
