// How a run of a service ends, asked or not, and what is made of it. Pure.

import type { ErrorReport } from '../base/errors.js';
import { supervisionOf } from '../model/context.js';
import type { SnapshotBuilder } from './snapshot-builder.js';
import { endProcess, fail, fire, resume } from './actions.js';
import type { ProcessEnd } from '../launcher/launcher.js';
import type { FailureReason, ProviderEvent, ReportedStatus, ServiceSnapshot } from './snapshot.js';

type EventOf<T extends ProviderEvent['type']> = Extract<ProviderEvent, { type: T }>;

export function noteLaunchFailure(
  draft: SnapshotBuilder,
  event: EventOf<'launch_failed'>,
  service: ServiceSnapshot,
): void {
  const { pendingStart: next } = service;
  draft.set(event.service, { isAlive: false, pid: undefined, pendingStart: undefined });
  if (service.status === 'stopping')
    endStopped(draft, service, { exitCode: undefined, signal: undefined, killed: [] });
  else fail(draft, event.service, { reason: 'launch', error: event.error });
  if (next !== undefined) resume(draft, event.service, next);
}

export function timeOut(draft: SnapshotBuilder, service: ServiceSnapshot): void {
  const { id } = service.definition;
  const limit = supervisionOf(service.definition).start_timeout_s;
  endProcess(draft, id, { cause: service.cause, atOnce: true });
  fail(draft, id, {
    reason: 'start_timeout',
    error: {
      code: 'SVC_START_TIMEOUT',
      message: `${id} was not ready within ${limit} s`,
      hint: 'look into its log, or raise <start_timeout_s> in its <supervision>',
    },
  });
}

/** Only for services whose XML sets a limit: a busy event loop alone is no failure. */
export function loseHeartbeat(draft: SnapshotBuilder, service: ServiceSnapshot): void {
  const { id } = service.definition;
  const limit = supervisionOf(service.definition).heartbeat_limit_s;
  endProcess(draft, id, { cause: service.cause, atOnce: true });
  fail(draft, id, {
    reason: 'heartbeat',
    error: {
      code: 'SVC_HEARTBEAT_LOST',
      message: `${id} gave no sign of life for ${limit} s`,
      hint: 'its event loop is blocked; see its log, or raise <heartbeat_limit_s> in its <supervision>',
    },
  });
}

export function noteEnd(draft: SnapshotBuilder, event: EventOf<'ended'>, service: ServiceSnapshot): void {
  const id = event.service;
  draft.set(id, { isAlive: false, pid: undefined, pendingStart: undefined });
  if (event.killed.length > 0) draft.record('effect', id, `killed ${event.killed.join(', ')}`, service.cause);
  const left = event.left ?? [];
  if (left.length > 0) draft.record('effect', id, `could not end ${left.join(', ')}`, service.cause);
  // A failure has been reported and has fired when it was noticed, before the process ended.
  if (service.status === 'stopping' || service.reportedEnd === 'stopped') endStopped(draft, service, event);
  else if (service.status !== 'failed') endUnasked(draft, service, event);
  if (left.length > 0) tellLeft(draft, event, service);
  // Only now, so that the launch comes after the report of the end.
  const next = service.pendingStart ?? draft.get(id)?.pendingStart;
  if (next !== undefined && draft.get(id)?.isAlive === false) resume(draft, id, next);
}

/** Of a service that has told its end itself, which then did not know what would be left: it is told once more. */
function tellLeft(draft: SnapshotBuilder, event: EventOf<'ended'>, service: ServiceSnapshot): void {
  const action = service.status === 'failed' ? 'failed' : service.reportedEnd;
  if (action === undefined) return;
  const { reason, error } = service;
  const failure = {
    ...(reason === undefined ? {} : { reason }),
    ...(error === undefined ? {} : { error }),
  };
  draft.effects.push({
    type: 'report',
    service: event.service,
    action,
    status: { ...failure, ...describeEnd(event) },
  });
}

function endStopped(draft: SnapshotBuilder, service: ServiceSnapshot, end: ProcessEnd): void {
  const { id } = service.definition;
  const isRestart = service.pendingStart !== undefined;
  // A restart of something that has failed goes on counting as one after a failure.
  const status = isRestart && service.reason !== undefined ? 'failed' : 'stopped';
  draft.set(id, { status, lastAction: 'stopped' });
  if (service.reportedEnd === undefined) {
    draft.effects.push({ type: 'report', service: id, action: 'stopped', status: describeEnd(end) });
    draft.set(id, { cause: draft.record('event', id, 'stopped', service.cause) });
  }
  if (!isRestart) fire(draft, id, 'on_exit', draft.get(id)?.cause ?? 0);
}

function endUnasked(draft: SnapshotBuilder, service: ServiceSnapshot, end: ProcessEnd): void {
  const { id } = service.definition;
  const isClean = end.exitCode === 0 && end.signal === undefined && service.status === 'started';
  if (service.reportedEnd !== 'exited' && !isClean) {
    fail(draft, id, { ...explainEnd(service, end), end: describeEnd(end) });
    return;
  }
  const cause =
    service.reportedEnd === 'exited' ? service.cause : draft.record('event', id, 'exited', service.cause);
  draft.set(id, { status: 'exited', lastAction: 'exited', cause });
  if (service.reportedEnd !== 'exited') {
    draft.effects.push({ type: 'report', service: id, action: 'exited', status: describeEnd(end) });
  }
  fire(draft, id, 'on_exit', cause);
}

function explainEnd(
  service: ServiceSnapshot,
  end: ProcessEnd,
): { reason: FailureReason; error: ErrorReport } {
  const { id } = service.definition;
  if (end.isOutOfMemory === true) return { reason: 'out_of_memory', error: outOfMemory(service, end) };
  const how = describeHow(end);
  const when = service.status === 'starting' ? ' before it was ready' : '';
  return {
    reason: end.signal === undefined ? 'exit_code' : 'signal',
    error: { code: 'SVC_EXITED', message: `${id} ${how}${when}`, hint: 'its log says what it did last' },
  };
}

function describeHow({ exitCode, signal }: ProcessEnd): string {
  if (signal !== undefined) return `was ended by ${signal}`;
  if (exitCode !== undefined) return `ended with exit code ${exitCode}`;
  return 'ended; how is known only to the provider that had started it,';
}

function outOfMemory({ definition }: ServiceSnapshot, { signal }: ProcessEnd): ErrorReport {
  if (signal === 'SIGKILL') {
    return {
      code: 'SVC_EXITED',
      message: `${definition.id} was killed by the system, which had no memory left for it`,
      hint: 'see what it keeps, or give the machine, the container or its control group more memory',
    };
  }
  if (definition.serviceType === 'Process') {
    return {
      code: 'SVC_EXITED',
      message: `${definition.id} filled the heap that Node gives a process`,
      hint: 'see what it keeps, or raise the limit: NODE_OPTIONS=--max-old-space-size=MB for the provider',
    };
  }
  const limit = supervisionOf(definition).max_heap_mb;
  return {
    code: 'SVC_EXITED',
    message: `${definition.id} used more than ${limit} MB of heap`,
    hint: 'see what it keeps, or raise <max_heap_mb> in its <supervision>',
  };
}

function describeEnd(end: ProcessEnd): Pick<ReportedStatus, 'exit_code' | 'signal' | 'killed' | 'not_ended'> {
  const { left = [] } = end;
  return {
    ...(end.exitCode === undefined ? {} : { exit_code: end.exitCode }),
    ...(end.signal === undefined ? {} : { signal: end.signal }),
    ...(end.killed.length === 0 ? {} : { killed: end.killed }),
    ...(left.length === 0 ? {} : { not_ended: left }),
  };
}
