// Brings a service of an earlier provider up to date: its process is found alive, or it is missing. Pure.

import type { ServiceId } from '../base/ids.js';
import { supervisionOf } from '../model/context.js';
import type { SnapshotBuilder } from './snapshot-builder.js';
import { isBeingEnded } from './limit-policy.js';
import { endProcess, fail, fireTrigger, launch, launchIfAllowed, stopProcess } from './actions.js';
import type { FoundProcess, ServiceSnapshot } from './snapshot.js';

/** `found` is the process with the service's run token; undefined if there is no such process. */
export function reconcile(builder: SnapshotBuilder, id: ServiceId, found: FoundProcess | undefined): void {
  const service = builder.get(id);
  if (service === undefined) return;
  if (found !== undefined) adoptProcess(builder, service, found);
  else if (service.isAlive) handleMissingProcess(builder, service);
  else if (service.status === 'backoff') {
    const cause = builder.record({ kind: 'effect', service: id, action: 'end_backoff' }, service.cause);
    launch(builder, id, cause, service.restartsMs);
  }
}

function adoptProcess(builder: SnapshotBuilder, service: ServiceSnapshot, found: FoundProcess): void {
  const { id } = service.definition;
  const cause = builder.record(
    { kind: 'event', service: id, action: 'adopted', pid: found.pid },
    service.cause,
  );
  const isSameRun = service.isAlive && service.run === found.run;
  builder.set(id, { ...found, isAlive: true, cause });
  // The journal is older than this run. A heartbeat will report its state.
  if (!isSameRun)
    builder.set(id, {
      status: 'starting',
      reportedEnd: undefined,
      pendingStart: undefined,
      codeHash: undefined,
    });
  if (builder.get(id)?.status === 'starting') {
    const delayMs = supervisionOf(service.definition).start_timeout_s * 1000;
    builder.effects.push({ type: 'time_start', service: id, run: found.run, delayMs });
  }
  const now = builder.get(id);
  if (now?.status === 'stopping') stopProcess(builder, id, cause);
  else if (now !== undefined && isBeingEnded(now)) endProcess(builder, id, { cause, atOnce: false });
}

function handleMissingProcess(builder: SnapshotBuilder, service: ServiceSnapshot): void {
  const { id } = service.definition;
  const cause = builder.record({ kind: 'event', service: id, action: 'missing' }, service.cause);
  builder.set(id, { isAlive: false, pid: undefined, pendingStart: undefined, cause });
  if (service.status === 'starting') {
    // The start was requested but perhaps never performed: this is not a failure of the service.
    launch(builder, id, cause, service.restartsMs);
  } else if (service.status === 'stopping') {
    builder.set(id, { status: 'stopped', lastAction: 'stopped' });
    if (service.reportedEnd === undefined) builder.report(id, 'stopped', {});
    if (service.pendingStart === undefined) fireTrigger(builder, id, 'on_exit', cause);
  } else if (service.reportedEnd !== undefined) {
    builder.set(id, { status: service.reportedEnd });
    if (service.pendingStart === undefined) fireTrigger(builder, id, 'on_exit', cause);
  } else if (service.status !== 'failed') {
    fail(builder, id, {
      reason: 'died_unattended',
      error: {
        code: 'SVC_EXITED',
        message: `${id} ended while there was no provider`,
        hint: 'see its log',
      },
    });
  }
  if (service.pendingStart !== undefined && builder.get(id)?.isAlive === false)
    launchIfAllowed(builder, id, service.pendingStart);
}

/** Sorts the services that were found alive first: the transitions of missing services depend on them. */
export function aliveFirst<Service>(
  services: ReadonlyMap<ServiceId, Service>,
  found: ReadonlyMap<ServiceId, unknown>,
): readonly (readonly [ServiceId, Service])[] {
  const known = [...services];
  return [...known.filter(([id]) => found.has(id)), ...known.filter(([id]) => !found.has(id))];
}
