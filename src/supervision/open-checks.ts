// Starts the checks of heartbeats and limits, which run until the provider closes.

import type { Clock } from '../base/clock.js';
import type { Closers } from '../base/closers.js';
import { asContextdError } from '../base/errors.js';
import { ThrottledLog } from '../base/throttled-log.js';
import type { Notice } from '../messages/notice.js';
import { createSampler } from '../sampler/sampler.js';
import { LimitWatchdog } from './limit-watchdog.js';
import type { Supervisor } from './supervisor.js';
import type { TransactionStore } from './transaction-store.js';

const CHECK_INTERVAL_MS = 1000;

export interface ChecksOptions {
  readonly clock: Clock;
  readonly notice: (notice: Notice) => void;
  readonly transactions: TransactionStore;
}

export function openChecks(supervisor: Supervisor, options: ChecksOptions, closers: Closers): void {
  const { clock, notice, transactions } = options;
  startHeartbeatChecks(supervisor, clock, closers);
  const errors = new ThrottledLog((line, count) => {
    const text = `the limits of services could not be checked: ${line} (${count} so far)`;
    notice({ kind: 'warning', text });
  }, clock);
  const watchdog = new LimitWatchdog({
    ...{ clock, createSampler, transactions },
    onBreach: (transaction, service, breach) => supervisor.onLimitExceeded(transaction, service, breach),
    onError: (error) => {
      const { code, message } = asContextdError(error);
      errors.record(code, message);
    },
  });
  closers.add(() => watchdog.close());
}

/** Checks every second whether heartbeats are overdue. A check that comes late proves nothing: the provider was stopped. */
function startHeartbeatChecks(supervisor: Supervisor, clock: Clock, closers: Closers): void {
  let lastCheckMs = clock.monotonic();
  let cancel = clock.after(CHECK_INTERVAL_MS, check);
  closers.add(() => cancel());
  function check() {
    const nowMs = clock.monotonic();
    const gapMs = nowMs - lastCheckMs;
    if (gapMs < 2 * CHECK_INTERVAL_MS) supervisor.checkHeartbeats();
    else supervisor.extendHeartbeatDeadlines(gapMs);
    lastCheckMs = nowMs;
    cancel = clock.after(CHECK_INTERVAL_MS, check);
  }
}
