// What becomes of a service when a new provider takes over: it is found alive, or it is not. Pure.

import type { ServiceId } from '../base/ids.js';
import { supervisionOf } from '../model/context.js';
import type { SnapshotBuilder } from './snapshot-builder.js';
import { isBeingEnded } from './limit-policy.js';
import { endProcess, fail, fire, launch, resume, stopProcess } from './actions.js';
import type { ServiceSnapshot } from './snapshot.js';

export interface Found {
  readonly run: number;
  readonly pid: number;
}

/** `found` is the process that carries the service's mark, if there is one. */
export function reconcile(draft: SnapshotBuilder, id: ServiceId, found: Found | undefined): void {
  const service = draft.get(id);
  if (service === undefined) return;
  if (found !== undefined) takeOver(draft, service, found);
  else if (service.isAlive) missProcess(draft, service);
  else if (service.status === 'backoff') {
    launch(
      draft,
      id,
      draft.record('effect', id, 'back-off ends with the new provider', service.cause),
      service.restartsMs,
    );
  }
}

function takeOver(draft: SnapshotBuilder, service: ServiceSnapshot, found: Found): void {
  const { id } = service.definition;
  const cause = draft.record('event', id, `found alive (pid ${found.pid})`, service.cause);
  const isSameRun = service.isAlive && service.run === found.run;
  draft.set(id, { ...found, isAlive: true, cause });
  // The journal is behind: this run was launched after it had been written. A heartbeat tells the rest.
  if (!isSameRun)
    draft.set(id, {
      status: 'starting',
      reportedEnd: undefined,
      pendingStart: undefined,
      codeHash: undefined,
    });
  if (draft.get(id)?.status === 'starting') {
    const delayMs = supervisionOf(service.definition).start_timeout_s * 1000;
    draft.effects.push({ type: 'time_start', service: id, run: found.run, delayMs });
  }
  const now = draft.get(id);
  if (now?.status === 'stopping') stopProcess(draft, id, cause);
  else if (now !== undefined && isBeingEnded(now)) endProcess(draft, id, { cause, atOnce: false });
}

function missProcess(draft: SnapshotBuilder, service: ServiceSnapshot): void {
  const { id } = service.definition;
  const cause = draft.record('event', id, 'not found by the new provider', service.cause);
  draft.set(id, { isAlive: false, pid: undefined, pendingStart: undefined, cause });
  if (service.status === 'starting') {
    // It was wanted, and perhaps had not even been launched: that is no failure of its own.
    launch(draft, id, cause, service.restartsMs);
  } else if (service.status === 'stopping') {
    draft.set(id, { status: 'stopped', lastAction: 'stopped' });
    if (service.reportedEnd === undefined)
      draft.effects.push({ type: 'report', service: id, action: 'stopped', status: {} });
    if (service.pendingStart === undefined) fire(draft, id, 'on_exit', cause);
  } else if (service.reportedEnd !== undefined) {
    draft.set(id, { status: service.reportedEnd });
    if (service.pendingStart === undefined) fire(draft, id, 'on_exit', cause);
  } else if (service.status !== 'failed') {
    fail(draft, id, {
      reason: 'died_unattended',
      error: {
        code: 'SVC_EXITED',
        message: `${id} ended while there was no provider`,
        hint: 'its log says what it did last',
      },
    });
  }
  if (service.pendingStart !== undefined && draft.get(id)?.isAlive === false)
    resume(draft, id, service.pendingStart);
}

/** What the missing services lead to needs to know which services are alive: these come first. */
export function livingFirst<Service>(
  services: ReadonlyMap<ServiceId, Service>,
  found: ReadonlyMap<ServiceId, unknown>,
): readonly (readonly [ServiceId, Service])[] {
  const known = [...services];
  return [...known.filter(([id]) => found.has(id)), ...known.filter(([id]) => !found.has(id))];
}
