// Waits until services have reached the state that a command asked for, or have settled in another one.

import { createDeferred, type Deferred } from '../base/deferred.js';
import type { ErrorReport } from '../base/errors.js';
import type { ServiceId } from '../base/ids.js';
import type { ServiceResult } from '../messages/state.js';
import type { ServiceSnapshot, TransactionSnapshot } from './snapshot.js';

/** `run`: until the service runs or has settled. `stop`: until the run at the time of the request has ended. */
export type CompletionGoal = 'run' | 'stop';

interface Waiter {
  readonly goal: CompletionGoal;
  readonly requestedMs: number;
  /** In the order of the request. */
  readonly services: readonly ServiceId[];
  /** Services that are not complete yet, with their run at the time of the request. */
  readonly pending: Map<ServiceId, number>;
  readonly results: Map<ServiceId, ServiceResult>;
  readonly done: Deferred<readonly ServiceResult[]>;
}

export interface CompletionRequest {
  readonly goal: CompletionGoal;
  readonly services: readonly ServiceId[];
  readonly requestedMs: number;
}

export class Completion {
  readonly #waiters = new Set<Waiter>();

  /**
   * Resolves with one result per service, in the order of the request. `snapshot` says which runs to wait for.
   * Resolves in `check` only.
   */
  wait(snapshot: TransactionSnapshot, request: CompletionRequest): Promise<readonly ServiceResult[]> {
    const pending = new Map(request.services.map((id) => [id, snapshot.services.get(id)?.run ?? 0]));
    const services = [...pending.keys()];
    const waiter: Waiter = { ...request, services, pending, results: new Map(), done: createDeferred() };
    this.#waiters.add(waiter);
    return waiter.done.promise;
  }

  /** Must be called after every change of the transaction. */
  check(snapshot: TransactionSnapshot, nowMs: number): void {
    for (const waiter of this.#waiters) {
      for (const [id, run] of waiter.pending) {
        const service = snapshot.services.get(id);
        if (service !== undefined && !isComplete(service, waiter.goal, run)) continue;
        waiter.pending.delete(id);
        if (service !== undefined) waiter.results.set(id, describeResult(service, waiter, { run, nowMs }));
      }
      if (waiter.goal === 'run') addLateFailures(waiter, snapshot);
      if (waiter.pending.size > 0) continue;
      this.#waiters.delete(waiter);
      waiter.done.resolve(waiter.services.flatMap((id) => waiter.results.get(id) ?? []));
    }
  }
}

/** A service that fails while others are pending counts as failed. */
function addLateFailures({ results }: Waiter, snapshot: TransactionSnapshot): void {
  for (const [id, result] of results) {
    const service = snapshot.services.get(id);
    if (service?.status !== 'failed' || result.state === 'failed') continue;
    const { pid = null, error = notRunningError(service) } = service;
    results.set(id, { ...result, state: service.status, pid, ...(error === undefined ? {} : { error }) });
  }
}

export function isFailure(result: ServiceResult): boolean {
  return result.error !== undefined;
}

function isComplete(service: ServiceSnapshot, wanted: CompletionGoal, run: number): boolean {
  if (wanted === 'stop') return !service.isAlive || service.run > run;
  return service.status !== 'starting' && service.status !== 'stopping';
}

interface Moment {
  readonly run: number;
  readonly nowMs: number;
}

function describeResult(service: ServiceSnapshot, waiter: Waiter, moment: Moment): ServiceResult {
  const isStop = waiter.goal === 'stop';
  const hasRestarted = isStop && service.run > moment.run;
  const error = isStop ? undefined : notRunningError(service);
  return {
    service_id: service.definition.id,
    state: hasRestarted ? 'stopped' : service.status,
    pid: hasRestarted ? null : (service.pid ?? null),
    elapsed_ms: moment.nowMs - waiter.requestedMs,
    ...(error === undefined ? {} : { error }),
  };
}

/** The error of a service that neither runs nor has exited normally. */
function notRunningError(service: ServiceSnapshot): ErrorReport | undefined {
  const { id } = service.definition;
  if (service.status === 'started' || service.status === 'exited') return undefined;
  if (service.error !== undefined) return service.error;
  return { code: 'SVC_EXITED', message: `${id} was ${service.status} before it could run` };
}
