// Measurements of the event loop over the last one to two minutes, independent of how often they are queried.

import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import type { FiguresReply } from '../messages/provider-stats.js';

export const WINDOW_MS = 60_000;

/** The measurements since the present window began; times in milliseconds. */
export interface LoopReading {
  readonly count: number;
  readonly meanMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly busy: EventLoopUtilization;
}

/**
 *   |--- previous ---|--- present ---> now         an answer covers both
 *
 * Only a query closes a window, so that an idle provider has no timer. A window without queries is longer than a minute.
 */
export class LoopWindows {
  #sinceMs: number;
  #previous: LoopReading | undefined;
  /** At the start of the previous window. */
  #start: EventLoopUtilization;
  #presentStart: EventLoopUtilization;

  constructor(nowMs: number, busy: EventLoopUtilization) {
    this.#sinceMs = nowMs;
    this.#start = busy;
    this.#presentStart = busy;
  }

  /** With `isOver` the present window is closed, and the caller must reset its measurements. */
  take(
    present: LoopReading,
    nowMs: number,
  ): { readonly loop: FiguresReply['event_loop']; readonly isOver: boolean } {
    const parts = [...(this.#previous === undefined ? [] : [this.#previous]), present];
    const isOver = nowMs - this.#sinceMs >= WINDOW_MS;
    const { utilization } = performance.eventLoopUtilization(present.busy, this.#start);
    if (isOver) {
      this.#previous = present;
      this.#start = this.#presentStart;
      this.#presentStart = present.busy;
      this.#sinceMs = nowMs;
    }
    return { loop: { ...merge(parts), utilization }, isOver };
  }
}

function merge(parts: readonly LoopReading[]) {
  const measured = parts.filter(({ count }) => count > 0);
  const count = measured.reduce((sum, each) => sum + each.count, 0);
  const total = measured.reduce((sum, each) => sum + each.meanMs * each.count, 0);
  return {
    lag_mean_ms: count === 0 ? 0 : total / count,
    // The worse of the two windows.
    lag_p99_ms: Math.max(0, ...measured.map(({ p99Ms }) => p99Ms)),
    lag_max_ms: Math.max(0, ...measured.map(({ maxMs }) => maxMs)),
  };
}
