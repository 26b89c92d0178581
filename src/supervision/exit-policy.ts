// Handles the end of a run: it was stopped, it ended by itself, or it could not be launched. Pure.

import type { ErrorReport } from '../base/errors.js';
import { supervisionOf } from '../model/context.js';
import type { SnapshotBuilder } from './snapshot-builder.js';
import { fail, fireTrigger, launchIfAllowed } from './actions.js';
import type { ProcessEnd } from '../launcher/launcher.js';
import type { FailureReason, ProviderEvent, ReportedStatus, ServiceSnapshot } from './snapshot.js';

type EventOf<T extends ProviderEvent['type']> = Extract<ProviderEvent, { type: T }>;

export function handleLaunchFailure(
  builder: SnapshotBuilder,
  event: EventOf<'launch_failed'>,
  service: ServiceSnapshot,
): void {
  const { pendingStart: next } = service;
  builder.set(event.service, { isAlive: false, pid: undefined, pendingStart: undefined });
  if (service.status === 'stopping')
    finishStop(builder, service, { exitCode: undefined, signal: undefined, killed: [] });
  else fail(builder, event.service, { reason: 'launch', error: event.error });
  if (next !== undefined) launchIfAllowed(builder, event.service, next);
}

export function handleExit(
  builder: SnapshotBuilder,
  event: EventOf<'ended'>,
  service: ServiceSnapshot,
): void {
  const id = event.service;
  builder.set(id, { isAlive: false, pid: undefined, pendingStart: undefined });
  const { killed, left = [] } = event;
  const kill = { kind: 'effect', service: id, action: 'kill' } as const;
  if (killed.length > 0) builder.record({ ...kill, outcome: 'done', processes: killed }, service.cause);
  if (left.length > 0) builder.record({ ...kill, outcome: 'failed', processes: left }, service.cause);
  // A failure was reported, and fired on_fail, when it was detected: before the process ended.
  if (service.status === 'stopping' || service.reportedEnd === 'stopped') finishStop(builder, service, event);
  else if (service.status !== 'failed') finishUnrequestedExit(builder, service, event);
  if (left.length > 0) reportRemaining(builder, event, service);
  // The launch must follow the report of the end.
  const next = service.pendingStart ?? builder.get(id)?.pendingStart;
  if (next !== undefined && builder.get(id)?.isAlive === false) launchIfAllowed(builder, id, next);
}

/** Reports the end again with the processes that remain: the service's own report could not contain them. */
function reportRemaining(builder: SnapshotBuilder, event: EventOf<'ended'>, service: ServiceSnapshot): void {
  const action = service.status === 'failed' ? 'failed' : service.reportedEnd;
  if (action === undefined) return;
  const { reason, error } = service;
  const failure = {
    ...(reason === undefined ? {} : { reason }),
    ...(error === undefined ? {} : { error }),
  };
  builder.report(event.service, action, { ...failure, ...describeEnd(event) });
}

function finishStop(builder: SnapshotBuilder, service: ServiceSnapshot, end: ProcessEnd): void {
  const { id } = service.definition;
  const isRestart = service.pendingStart !== undefined;
  // The restart of a failed service still counts as a restart after a failure.
  const status = isRestart && service.reason !== undefined ? 'failed' : 'stopped';
  builder.set(id, { status, lastAction: 'stopped' });
  if (service.reportedEnd === undefined) {
    builder.report(id, 'stopped', describeEnd(end));
    const cause = builder.record({ kind: 'event', service: id, action: 'stopped' }, service.cause);
    builder.set(id, { cause });
  }
  if (!isRestart) fireTrigger(builder, id, 'on_exit', builder.get(id)?.cause ?? 0);
}

function finishUnrequestedExit(builder: SnapshotBuilder, service: ServiceSnapshot, end: ProcessEnd): void {
  const { id } = service.definition;
  const isClean = end.exitCode === 0 && end.signal === undefined && service.status === 'started';
  if (service.reportedEnd !== 'exited' && !isClean) {
    fail(builder, id, { ...explainExit(service, end), end: describeEnd(end) });
    return;
  }
  const cause =
    service.reportedEnd === 'exited'
      ? service.cause
      : builder.record({ kind: 'event', service: id, action: 'exited' }, service.cause);
  builder.set(id, { status: 'exited', lastAction: 'exited', cause });
  if (service.reportedEnd !== 'exited') builder.report(id, 'exited', describeEnd(end));
  fireTrigger(builder, id, 'on_exit', cause);
}

function explainExit(
  service: ServiceSnapshot,
  end: ProcessEnd,
): { reason: FailureReason; error: ErrorReport } {
  const { id } = service.definition;
  if (end.isOutOfMemory === true) return { reason: 'out_of_memory', error: outOfMemory(service, end) };
  const how = describeHow(end);
  const when = service.status === 'starting' ? ' before it was ready' : '';
  return {
    reason: end.signal === undefined ? 'exit_code' : 'signal',
    error: { code: 'SVC_EXITED', message: `${id} ${how}${when}`, hint: 'see its log' },
  };
}

function describeHow({ exitCode, signal }: ProcessEnd): string {
  if (signal !== undefined) return `was ended by ${signal}`;
  if (exitCode !== undefined) return `ended with exit code ${exitCode}`;
  return 'ended; only the provider that started it knows how,';
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
