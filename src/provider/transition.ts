// The heart: (snapshot, event) -> next snapshot and effects. Pure, so it can be tested as a model.

import { unreachable, type ErrorReport } from '../base/errors.js';
import type { ServiceId } from '../base/ids.js';
import { supervisionOf } from '../model/context.js';
import type { EventAction } from '../messages/service-event.js';
import { Draft } from './draft.js';
import { fail, fire, launch, resume, run, stop, stopProcess } from './moves.js';
import type {
  Effect,
  FailureReason,
  ProcessEnd,
  ProviderEvent,
  ServiceSnapshot,
  TransactionSnapshot,
} from './snapshot.js';

export interface Step {
  readonly snapshot: TransactionSnapshot;
  readonly effects: readonly Effect[];
}

type EventOf<T extends ProviderEvent['type']> = Extract<ProviderEvent, { type: T }>;

/** `random` (0 to 1) is the only chance in it: the jitter of back-off. */
export function transition(snapshot: TransactionSnapshot, event: ProviderEvent, random = 0): Step {
  const draft = new Draft(snapshot, event.atMs, random);
  apply(draft, event);
  return { snapshot: draft.finish(), effects: draft.effects };
}

function apply(draft: Draft, event: ProviderEvent): void {
  switch (event.type) {
    case 'run_asked':
      return askRun(draft, event);
    case 'stop_asked':
      return askStop(draft, event);
    case 'reported':
      return noteReport(draft, event);
    case 'launched':
    case 'launch_failed':
    case 'ended':
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

function askRun(draft: Draft, event: EventOf<'run_asked'>): void {
  const cause = draft.record('command', undefined, `${event.action} (${event.cause})`, 0);
  for (const id of event.services) {
    const service = draft.get(id);
    if (service === undefined) draft.refuse(id, unknownService(id));
    else if (event.action === 'start' && isRunning(service)) draft.refuse(id, alreadyStarted(service));
    else run(draft, id, { by: 'command', cause });
  }
}

function askStop(draft: Draft, event: EventOf<'stop_asked'>): void {
  if (event.isWhole) for (const id of event.services) draft.set(id, { isQuiet: true });
  const cause = draft.record('command', undefined, `stop (${event.cause})`, 0);
  for (const id of event.services) {
    if (draft.get(id) === undefined) draft.refuse(id, unknownService(id));
    else stop(draft, id, cause);
  }
}

function noteReport(draft: Draft, event: EventOf<'reported'>): void {
  const service = draft.get(event.service);
  if (service?.isAlive !== true) return;
  // Said by an earlier run, whose end has been noted; before `launched` the present one says nothing.
  if (event.pid !== undefined && event.pid !== service.pid) return;
  const text = event.error === undefined ? event.action : `${event.action}: ${event.error.message}`;
  const record = draft.record('event', event.service, text, service.cause);
  draft.set(event.service, { lastAction: event.action });
  if (event.action === 'stopped' || event.action === 'exited') {
    draft.set(event.service, { said: event.action, cause: record });
  } else if (service.status === 'stopping') {
    if (event.action === 'failed') draft.set(event.service, { error: event.error });
  } else if (!isBeingKilled(service)) {
    noteLiveReport(draft, event, record);
  }
}

/** A service that is not being stopped reports: this is what triggers are for. */
function noteLiveReport(draft: Draft, event: EventOf<'reported'>, record: number): void {
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

type ProcessEvent = EventOf<'launched' | 'launch_failed' | 'ended' | 'start_timed_out' | 'backoff_over'>;

function noteProcess(draft: Draft, event: ProcessEvent, service: ServiceSnapshot): void {
  const id = event.service;
  switch (event.type) {
    case 'launched': {
      draft.set(id, { pid: event.pid });
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
    case 'backoff_over':
      if (service.status === 'backoff') launch(draft, id, service.cause, service.restartsMs);
      return;
    default:
      return unreachable(event);
  }
}

function noteLaunchFailure(draft: Draft, event: EventOf<'launch_failed'>, service: ServiceSnapshot): void {
  const { next } = service;
  draft.set(event.service, { isAlive: false, pid: undefined, next: undefined });
  if (service.status === 'stopping')
    endStopped(draft, service, { exitCode: undefined, signal: undefined, killed: [] });
  else fail(draft, event.service, { reason: 'launch', error: event.error });
  if (next !== undefined) resume(draft, event.service, next);
}

function timeOut(draft: Draft, service: ServiceSnapshot): void {
  const { id } = service.definition;
  const limit = supervisionOf(service.definition).start_timeout_s;
  stopProcess(draft, id, service.cause, true);
  fail(draft, id, {
    reason: 'start_timeout',
    error: {
      code: 'SVC_START_TIMEOUT',
      message: `${id} was not ready within ${limit} s`,
      hint: 'look into its log, or raise <start_timeout_s> in its <supervision>',
    },
  });
}

function noteEnd(draft: Draft, event: EventOf<'ended'>, service: ServiceSnapshot): void {
  const id = event.service;
  draft.set(id, { isAlive: false, pid: undefined, next: undefined });
  // A failure has been reported and has fired when it was noticed, before the process ended.
  if (service.status === 'stopping' || service.said === 'stopped') endStopped(draft, service, event);
  else if (service.status !== 'failed') endUnasked(draft, service, event);
  // Only now, so that the launch comes after the report of the end.
  const next = service.next ?? draft.get(id)?.next;
  if (next !== undefined && draft.get(id)?.isAlive === false) resume(draft, id, next);
}

function endStopped(draft: Draft, service: ServiceSnapshot, end: ProcessEnd): void {
  const { id } = service.definition;
  const isRestart = service.next !== undefined;
  // A restart of something that has failed goes on counting as one after a failure.
  const status = isRestart && service.reason !== undefined ? 'failed' : 'stopped';
  draft.set(id, { status, lastAction: 'stopped' });
  if (service.said === undefined) {
    draft.effects.push({ type: 'report', service: id, action: 'stopped', status: describeEnd(end) });
    draft.set(id, { cause: draft.record('event', id, 'stopped', service.cause) });
  }
  if (!isRestart) fire(draft, id, 'on_exit', draft.get(id)?.cause ?? 0);
}

function endUnasked(draft: Draft, service: ServiceSnapshot, end: ProcessEnd): void {
  const { id } = service.definition;
  const isClean = end.exitCode === 0 && end.signal === undefined && service.status === 'started';
  if (service.said !== 'exited' && !isClean) {
    fail(draft, id, { ...explainEnd(service, end), end: describeEnd(end) });
    return;
  }
  const cause =
    service.said === 'exited' ? service.cause : draft.record('event', id, 'exited', service.cause);
  draft.set(id, { status: 'exited', lastAction: 'exited', cause });
  if (service.said !== 'exited') {
    draft.effects.push({ type: 'report', service: id, action: 'exited', status: describeEnd(end) });
  }
  fire(draft, id, 'on_exit', cause);
}

function explainEnd(
  service: ServiceSnapshot,
  end: ProcessEnd,
): { reason: FailureReason; error: ErrorReport } {
  const { id } = service.definition;
  const how =
    end.signal === undefined ? `ended with exit code ${end.exitCode ?? '?'}` : `was ended by ${end.signal}`;
  const when = service.status === 'starting' ? ' before it was ready' : '';
  return {
    reason: end.signal === undefined ? 'exit_code' : 'signal',
    error: { code: 'SVC_EXITED', message: `${id} ${how}${when}`, hint: 'its log says what it did last' },
  };
}

function describeEnd(end: ProcessEnd): { exit_code?: number; signal?: string; killed?: readonly string[] } {
  return {
    ...(end.exitCode === undefined ? {} : { exit_code: end.exitCode }),
    ...(end.signal === undefined ? {} : { signal: end.signal }),
    ...(end.killed.length === 0 ? {} : { killed: end.killed }),
  };
}

/** It was not ready in time: what it says while it dies changes nothing any more. */
function isBeingKilled(service: ServiceSnapshot): boolean {
  return service.status === 'failed' && service.reason === 'start_timeout';
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
