// The restart policy: whether, and after which delay, a transition may start a service again. Pure.

import type { Supervision } from '../model/context.js';

export type RestartDecision =
  | { readonly type: 'restart'; readonly delayMs: number; readonly restartsMs: readonly number[] }
  | { readonly type: 'give_up'; readonly restartsMs: readonly number[] };

export interface RestartRequest {
  readonly atMs: number;
  /** Earlier restarts, oldest first. */
  readonly restartsMs: readonly number[];
  /** Only restarts after a failure are delayed. */
  readonly isAfterFailure: boolean;
  readonly supervision: Supervision;
  /** From 0 (inclusive) to 1, for jitter. */
  readonly random: number;
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
  const { supervision, atMs, isAfterFailure, random } = request;
  const streak = recent.filter((each) => atMs - each < supervision.backoff_reset_s * 1000).length;
  if (!isAfterFailure || streak === 0) return 0;
  const full = Math.min(supervision.backoff_s * 2 ** (streak - 1), supervision.backoff_max_s) * 1000;
  return Math.round(full * (1 - random / 4));
}
