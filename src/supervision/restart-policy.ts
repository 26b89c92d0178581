// The restart policy: whether a service is started again when it has ended, and the limit and delay of restarts. Pure.

import type { Supervision } from '../model/context.js';
import type { ServiceSnapshot } from './snapshot.js';

export type RestartDecision =
  | { readonly type: 'restart'; readonly delayMs: number; readonly restartsMs: readonly number[] }
  | { readonly type: 'give_up'; readonly restartsMs: readonly number[] };

export interface RestartRequest {
  readonly atMs: number;
  /** Earlier restarts, oldest first. */
  readonly restartsMs: readonly number[];
  /** False for a restart that is never delayed: by a transition, not after a failure. */
  readonly hasBackoff: boolean;
  readonly supervision: Supervision;
  /** From 0 (inclusive) to 1, for jitter. */
  readonly random: number;
}

/** Whether a service with this policy is started again after this trigger. `status` is that of the service. */
export function restartsAfter(
  policy: Supervision['restart'],
  { status, reason }: Pick<ServiceSnapshot, 'status' | 'reason'>,
): boolean {
  if (status === 'failed') return policy !== 'never' && reason !== 'gave_up';
  return status === 'exited' && policy === 'always';
}

/**
 * At most max_restarts within restart_window_s. The first restart after a stable time (backoff_reset_s)
 * comes at once, the following ones after backoff_s, twice that, ... up to backoff_max_s, each
 * shortened by up to a quarter so that services that failed together do not come back together.
 */
export function decideRestart(request: RestartRequest): RestartDecision {
  const { atMs, supervision } = request;
  const remembered = Math.max(supervision.restart_window_s, supervision.backoff_reset_s) * 1000;
  // The restarts of an earlier provider may be in the future if the machine's clock was set back since.
  const recent = request.restartsMs.filter((each) => Math.abs(atMs - each) < remembered);
  const inWindow = recent.filter((each) => atMs - each < supervision.restart_window_s * 1000);
  if (inWindow.length >= supervision.max_restarts) return { type: 'give_up', restartsMs: recent };
  const delayMs = backoff(request, recent);
  // The time of the launch counts, not the time of the decision.
  return { type: 'restart', delayMs, restartsMs: [...recent, atMs + delayMs] };
}

function backoff(request: RestartRequest, recent: readonly number[]): number {
  const { supervision, atMs, hasBackoff, random } = request;
  const streak = recent.filter((each) => atMs - each < supervision.backoff_reset_s * 1000).length;
  if (!hasBackoff || streak === 0) return 0;
  const full = Math.min(supervision.backoff_s * 2 ** (streak - 1), supervision.backoff_max_s) * 1000;
  return Math.round(full * (1 - random / 4));
}
