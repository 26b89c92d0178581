// The heart: (snapshot, event) -> next snapshot and effects. Pure, so it can be tested as a model.

import { unreachable, type ErrorReport } from '../base/errors.js';
import type { ServiceId } from '../base/ids.js';
import { supervisionOf } from '../model/context.js';
import type { EventAction } from '../messages/service-event.js';
import { SnapshotBuilder } from './snapshot-builder.js';
import { exceedLimit, isBeingEnded } from './limit-policy.js';
import { loseHeartbeat, noteEnd, noteLaunchFailure, timeOut } from './exit-policy.js';
import { fire, launch, run, stop } from './actions.js';
import { reconcile } from './reconcile.js';
import type { Effect, ProviderEvent, ServiceSnapshot, TransactionSnapshot } from './snapshot.js';

export interface Step {
  readonly snapshot: TransactionSnapshot;
  readonly effects: readonly Effect[];
}

type EventOf<T extends ProviderEvent['type']> = Extract<ProviderEvent, { type: T }>;

/** `random` (0 to 1) is the only chance in it: the jitter of back-off. */
export function transition(snapshot: TransactionSnapshot, event: ProviderEvent, random = 0): Step {
  const draft = new SnapshotBuilder(snapshot, event.atMs, random);
  apply(draft, event);
  return { snapshot: draft.finish(), effects: draft.effects };
}

function apply(draft: SnapshotBuilder, event: ProviderEvent): void {
  switch (event.type) {
    case 'run_asked':
      return askRun(draft, event);
    case 'stop_asked':
      return askStop(draft, event);
    case 'reported':
      return noteReport(draft, event);
    case 'recovered':
      // Launched meanwhile, by what another service's recovery led to: that has been overtaken.
      if (draft.get(event.service)?.run === event.run) reconcile(draft, event.service, event.found);
      return;
    case 'launched':
    case 'launch_failed':
    case 'ended':
    case 'heartbeat_lost':
    case 'limit_exceeded':
    case 'start_timed_out':
    case 'backoff_over': {
      const service = draft.get(event.service);
      // What is said of an earlier run has been overtaken.
      if (service?.run === event.run) noteProcess(draft, event, service);
      return;
    }
    default:
      return unreachable(event);
  }
}

function askRun(draft: SnapshotBuilder, event: EventOf<'run_asked'>): void {
  const cause = draft.record('command', undefined, `${event.action} (${event.cause})`, 0);
  for (const id of event.services) {
    const service = draft.get(id);
    if (service === undefined) draft.refuse(id, unknownService(id));
    else if (event.action === 'start' && isRunning(service)) draft.refuse(id, alreadyStarted(service));
    else run(draft, id, { by: 'command', cause });
  }
}

function askStop(draft: SnapshotBuilder, event: EventOf<'stop_asked'>): void {
  if (event.isWhole) for (const id of event.services) draft.set(id, { triggersSuppressed: true });
  const cause = draft.record('command', undefined, `stop (${event.cause})`, 0);
  for (const id of event.services) {
    if (draft.get(id) === undefined) draft.refuse(id, unknownService(id));
    else stop(draft, id, cause);
  }
}

function noteReport(draft: SnapshotBuilder, event: EventOf<'reported'>): void {
  const service = draft.get(event.service);
  if (service?.isAlive !== true) return;
  // Said by an earlier run, whose end has been noted; before `launched` the present one says nothing.
  if (event.pid !== undefined && event.pid !== service.pid) return;
  const text = event.error === undefined ? event.action : `${event.action}: ${event.error.message}`;
  const record = draft.record('event', event.service, text, service.cause);
  if (isBeingEnded(service)) return;
  draft.set(event.service, { lastAction: event.action });
  if (event.action === 'stopped' || event.action === 'exited') {
    draft.set(event.service, { reportedEnd: event.action, cause: record });
  } else if (service.status === 'stopping') {
    if (event.action === 'failed') draft.set(event.service, { error: event.error });
  } else {
    noteLiveReport(draft, event, record);
  }
}

/** A service that is not being stopped reports: this is what triggers are for. */
function noteLiveReport(draft: SnapshotBuilder, event: EventOf<'reported'>, record: number): void {
  const id = event.service;
  const triggers: Partial<Record<EventAction, () => void>> = {
    started: () => {
      draft.recover(id, record);
      fire(draft, id, 'on_start', record);
    },
    updated: () => {
      if (draft.get(id)?.status === 'failed') draft.recover(id, record);
      fire(draft, id, 'on_update', record);
    },
    failed: () => {
      const error = event.error ?? { code: 'SVC_TASK_FAILED', message: 'the task reported a failure' };
      draft.set(id, { status: 'failed', reason: 'error', error, cause: record });
      fire(draft, id, 'on_fail', record);
    },
  };
  triggers[event.action]?.();
}

type ProcessEvent = EventOf<
  | 'launched'
  | 'launch_failed'
  | 'ended'
  | 'heartbeat_lost'
  | 'limit_exceeded'
  | 'start_timed_out'
  | 'backoff_over'
>;

function noteProcess(draft: SnapshotBuilder, event: ProcessEvent, service: ServiceSnapshot): void {
  const id = event.service;
  switch (event.type) {
    case 'launched': {
      draft.set(id, { pid: event.pid, codeHash: event.codeHash });
      const delayMs = supervisionOf(service.definition).start_timeout_s * 1000;
      draft.effects.push({ type: 'time_start', service: id, run: event.run, delayMs });
      return;
    }
    case 'launch_failed':
      return noteLaunchFailure(draft, event, service);
    case 'ended':
      return noteEnd(draft, event, service);
    case 'start_timed_out':
      if (service.status === 'starting') timeOut(draft, service);
      return;
    case 'heartbeat_lost':
      if (service.status === 'started') loseHeartbeat(draft, service);
      return;
    case 'limit_exceeded':
      if (service.status === 'started' && service.reportedEnd === undefined) {
        exceedLimit(draft, service, event.excess);
      }
      return;
    case 'backoff_over':
      if (service.status === 'backoff') launch(draft, id, service.cause, service.restartsMs);
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
