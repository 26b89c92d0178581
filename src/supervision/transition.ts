// The reducer of supervision: computes the next snapshot of a transaction and the effects of an event. Pure.
// The <Transition> elements of the context are performed by `fireTrigger` in actions.ts.

import { unreachable, type ErrorReport } from '../base/errors.js';
import type { ServiceId } from '../base/ids.js';
import { supervisionOf } from '../model/context.js';
import type { EventAction } from '../messages/service-event.js';
import { SnapshotBuilder } from './snapshot-builder.js';
import { handleHeartbeatLoss, handleLimitBreach, handleStartTimeout, isBeingEnded } from './limit-policy.js';
import { handleExit, handleLaunchFailure } from './exit-policy.js';
import { fireTrigger, launch, run, stop } from './actions.js';
import { reconcile } from './reconcile.js';
import type { Effect, ProviderEvent, ServiceSnapshot, TransactionSnapshot } from './snapshot.js';

export interface Step {
  readonly snapshot: TransactionSnapshot;
  readonly effects: readonly Effect[];
}

type EventOf<T extends ProviderEvent['type']> = Extract<ProviderEvent, { type: T }>;

/** `random` (0 to 1) sets the jitter of the back-off. */
export function transition(snapshot: TransactionSnapshot, event: ProviderEvent, random = 0): Step {
  const builder = new SnapshotBuilder(snapshot, event.atMs, random);
  apply(builder, event);
  return { snapshot: builder.build(), effects: builder.effects };
}

function apply(builder: SnapshotBuilder, event: ProviderEvent): void {
  switch (event.type) {
    case 'run_requested':
      return requestRun(builder, event);
    case 'stop_requested':
      return requestStop(builder, event);
    case 'recovered':
      // The recovery of another service may have launched it already: then the event is outdated.
      if (builder.get(event.service)?.run === event.run) reconcile(builder, event.service, event.found);
      return;
    case 'reported':
    case 'launched':
    case 'launch_failed':
    case 'ended':
    case 'heartbeat_lost':
    case 'limit_exceeded':
    case 'start_timed_out':
    case 'backoff_over': {
      const service = builder.get(event.service);
      // Events of earlier runs are ignored.
      if (service?.run === event.run) handleProcessEvent(builder, event, service);
      return;
    }
    default:
      return unreachable(event);
  }
}

function requestRun(builder: SnapshotBuilder, event: EventOf<'run_requested'>): void {
  const cause = builder.record({ kind: 'command', action: event.action, message_id: event.cause }, 0);
  for (const id of event.services) {
    const service = builder.get(id);
    if (service === undefined) builder.refuse(id, unknownService(id));
    else if (event.action === 'start' && isRunning(service)) builder.refuse(id, alreadyStarted(service));
    else run(builder, id, { by: 'command', cause });
  }
}

function requestStop(builder: SnapshotBuilder, event: EventOf<'stop_requested'>): void {
  if (event.isWholeTransaction)
    for (const id of event.services) builder.set(id, { triggersSuppressed: true });
  const cause = builder.record({ kind: 'command', action: 'stop', message_id: event.cause }, 0);
  for (const id of event.services) {
    if (builder.get(id) === undefined) builder.refuse(id, unknownService(id));
    else stop(builder, id, cause);
  }
}

function handleReport(builder: SnapshotBuilder, event: EventOf<'reported'>, service: ServiceSnapshot): void {
  // A run reports nothing before `launched`, which brings its run token.
  if (!service.isAlive || service.runToken === undefined) return;
  const { action, error } = event;
  const failure = error === undefined ? {} : { message: error.message };
  const record = builder.record({ kind: 'event', service: event.service, action, ...failure }, service.cause);
  if (isBeingEnded(service)) return;
  builder.set(event.service, { lastAction: event.action });
  if (event.action === 'stopped' || event.action === 'exited') {
    builder.set(event.service, { reportedEnd: event.action, cause: record });
  } else if (service.status === 'stopping') {
    if (event.action === 'failed') builder.set(event.service, { error: event.error });
  } else {
    handleLiveReport(builder, event, record);
  }
}

/** Handles the report of a service that is not being stopped: fires its triggers. */
function handleLiveReport(builder: SnapshotBuilder, event: EventOf<'reported'>, record: number): void {
  const id = event.service;
  const triggers: Partial<Record<EventAction, () => void>> = {
    started: () => {
      builder.recover(id, record);
      fireTrigger(builder, id, 'on_start', record);
    },
    updated: () => {
      if (builder.get(id)?.status === 'failed') builder.recover(id, record);
      fireTrigger(builder, id, 'on_update', record);
    },
    failed: () => {
      const error = event.error ?? { code: 'SVC_TASK_FAILED', message: 'the task reported a failure' };
      builder.set(id, { status: 'failed', reason: 'error', error, cause: record });
      fireTrigger(builder, id, 'on_fail', record);
    },
  };
  triggers[event.action]?.();
}

type ProcessEvent = EventOf<
  | 'reported'
  | 'launched'
  | 'launch_failed'
  | 'ended'
  | 'heartbeat_lost'
  | 'limit_exceeded'
  | 'start_timed_out'
  | 'backoff_over'
>;

function handleProcessEvent(builder: SnapshotBuilder, event: ProcessEvent, service: ServiceSnapshot): void {
  const id = event.service;
  switch (event.type) {
    case 'reported':
      return handleReport(builder, event, service);
    case 'launched': {
      builder.set(id, { pid: event.pid, runToken: event.runToken, codeHash: event.codeHash });
      const delayMs = supervisionOf(service.definition).start_timeout_s * 1000;
      builder.effects.push({ type: 'time_start', service: id, run: event.run, delayMs });
      return;
    }
    case 'launch_failed':
      return handleLaunchFailure(builder, event, service);
    case 'ended':
      return handleExit(builder, event, service);
    case 'start_timed_out':
      if (service.status === 'starting') handleStartTimeout(builder, service);
      return;
    case 'heartbeat_lost':
      if (service.status === 'started') handleHeartbeatLoss(builder, service);
      return;
    case 'limit_exceeded':
      if (service.status === 'started' && service.reportedEnd === undefined) {
        handleLimitBreach(builder, service, event.breach);
      }
      return;
    case 'backoff_over':
      if (service.status === 'backoff') launch(builder, id, service.cause, service.restartsMs);
      return;
    default:
      return unreachable(event);
  }
}

function isRunning(service: ServiceSnapshot): boolean {
  const isFailedAlive = service.status === 'failed' && service.isAlive;
  return service.status === 'starting' || service.status === 'started' || isFailedAlive;
}

function unknownService(id: ServiceId): ErrorReport {
  return { code: 'SVC_UNKNOWN', message: `the transaction has no service "${id}"` };
}

function alreadyStarted(service: ServiceSnapshot): ErrorReport {
  return {
    code: 'SVC_ALREADY_STARTED',
    message: `${service.definition.id} is ${service.status} already (pid ${service.pid ?? '?'})`,
    hint: "use --action='restart' to stop it and start it again",
  };
}
