// Starts the limit watchdog and passes each breach to the supervisor; limit-policy.ts decides what happens then.

import type { Clock } from '../base/clock.js';
import type { Closers } from '../base/closers.js';
import { createSampler } from '../sampler/sampler.js';
import { LimitWatchdog } from './limit-watchdog.js';
import type { Notice } from '../messages/notice.js';
import { ThrottledLog } from '../base/throttled-log.js';
import type { Supervisor } from './supervisor.js';

export function startLimitWatchdog(
  supervisor: Supervisor,
  { clock, notice }: { readonly clock: Clock; readonly notice: (notice: Notice) => void },
  closers: Closers,
): void {
  const errorLog = new ThrottledLog(clock);
  const watchdog = new LimitWatchdog({
    clock,
    createSampler,
    transactions: () => supervisor.transactions.values(),
    onBreach: (transaction, service, breach) => supervisor.onLimitExceeded(transaction, service, breach),
    onError: (error) => {
      const text = errorLog.record(error);
      if (text !== undefined)
        notice({ kind: 'warning', text: `the limits of services could not be checked: ${text}` });
    },
  });
  closers.add(() => watchdog.close());
}
