// Waits until services stand where a command wanted them, or stand still elsewhere.

import { createDeferred, type Deferred } from '../base/deferred.js';
import type { ErrorReport } from '../base/errors.js';
import type { ServiceId } from '../base/ids.js';
import type { ServiceResult } from '../messages/state.js';
import type { ServiceSnapshot, TransactionSnapshot } from './snapshot.js';

/** `run`: until it runs or rests. `stop`: until the run that was there has ended. */
export type Wanted = 'run' | 'stop';

interface Waiter {
  readonly wanted: Wanted;
  readonly askedMs: number;
  /** In the order asked for. */
  readonly services: readonly ServiceId[];
  /** Services not settled yet, with the run they were in when asked. */
  readonly pending: Map<ServiceId, number>;
  readonly results: Map<ServiceId, ServiceResult>;
  readonly done: Deferred<readonly ServiceResult[]>;
}

export interface CompletionRequest {
  readonly wanted: Wanted;
  readonly services: readonly ServiceId[];
  readonly askedMs: number;
}

export class Completion {
  readonly #waiters = new Set<Waiter>();

  /**
   * Resolves with one result per service, in the order asked for; the runs that are waited for are those
   * of `snapshot`. Nothing settles before the next check.
   */
  wait(snapshot: TransactionSnapshot, request: CompletionRequest): Promise<readonly ServiceResult[]> {
    const pending = new Map(request.services.map((id) => [id, snapshot.services.get(id)?.run ?? 0]));
    const services = [...pending.keys()];
    const waiter: Waiter = { ...request, services, pending, results: new Map(), done: createDeferred() };
    this.#waiters.add(waiter);
    return waiter.done.promise;
  }

  /** To be called after every change of the transaction. */
  check(snapshot: TransactionSnapshot, nowMs: number): void {
    for (const waiter of this.#waiters) {
      for (const [id, run] of waiter.pending) {
        const service = snapshot.services.get(id);
        if (service !== undefined && !isSettled(service, waiter.wanted, run)) continue;
        waiter.pending.delete(id);
        if (service !== undefined) waiter.results.set(id, describeResult(service, waiter, { run, nowMs }));
      }
      if (waiter.wanted === 'run') noteFailures(waiter, snapshot);
      if (waiter.pending.size > 0) continue;
      this.#waiters.delete(waiter);
      waiter.done.resolve(waiter.services.flatMap((id) => waiter.results.get(id) ?? []));
    }
  }
}

/** Who fails while others are still being waited for has not been brought to run. */
function noteFailures({ results }: Waiter, snapshot: TransactionSnapshot): void {
  for (const [id, result] of results) {
    const service = snapshot.services.get(id);
    if (service?.status !== 'failed' || result.state === 'failed') continue;
    const { pid = null, error = whyNotRunning(service) } = service;
    results.set(id, { ...result, state: service.status, pid, ...(error === undefined ? {} : { error }) });
  }
}

export function isFailure(result: ServiceResult): boolean {
  return result.error !== undefined;
}

function isSettled(service: ServiceSnapshot, wanted: Wanted, run: number): boolean {
  if (wanted === 'stop') return !service.isAlive || service.run > run;
  return service.status !== 'starting' && service.status !== 'stopping';
}

interface Moment {
  readonly run: number;
  readonly nowMs: number;
}

function describeResult(service: ServiceSnapshot, waiter: Waiter, moment: Moment): ServiceResult {
  const isStop = waiter.wanted === 'stop';
  const hasRestarted = isStop && service.run > moment.run;
  const error = isStop ? undefined : whyNotRunning(service);
  return {
    service_id: service.definition.id,
    state: hasRestarted ? 'stopped' : service.status,
    pid: hasRestarted ? null : (service.pid ?? null),
    elapsed_ms: moment.nowMs - waiter.askedMs,
    ...(error === undefined ? {} : { error }),
  };
}

/** A service that was to run, and neither runs nor has done its work. */
function whyNotRunning(service: ServiceSnapshot): ErrorReport | undefined {
  const { id } = service.definition;
  if (service.status === 'started' || service.status === 'exited') return undefined;
  if (service.error !== undefined) return service.error;
  return { code: 'SVC_EXITED', message: `${id} was ${service.status} before it could run` };
}
