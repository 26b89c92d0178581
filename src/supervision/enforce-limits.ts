// Watches what services cost, and ends those that cost more than their supervision allows.

import type { Clock } from '../base/clock.js';
import type { Closers } from '../base/closers.js';
import { createSampler } from '../sampler/sampler.js';
import { Watchdog } from './watchdog.js';
import type { Notice } from '../messages/notice.js';
import { ThrottledLog } from '../base/throttled-log.js';
import type { Supervisor } from './supervisor.js';

export function guardLimits(
  supervisor: Supervisor,
  { clock, notice }: { readonly clock: Clock; readonly notice: (notice: Notice) => void },
  closers: Closers,
): void {
  const rejects = new ThrottledLog(clock);
  const guard = new Watchdog({
    clock,
    createSampler,
    transactions: () => supervisor.transactions.values(),
    exceed: (transaction, service, excess) => supervisor.onLimitExceeded(transaction, service, excess),
    reject: (error) => {
      const text = rejects.note(error);
      if (text !== undefined) notice({ kind: 'warning', text: `limits could not be watched: ${text}` });
    },
  });
  closers.add(() => guard.close());
}
