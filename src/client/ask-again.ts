// What was asked and not answered when the connection was lost is asked again, with the same message id.

import type { Clock } from '../base/clock.js';
import type { Publisher } from '../bus/publisher.js';
import type { Pending } from './replies.js';

/** The provider comes back to its forwarder about as soon as we do, but not in any order. */
const AGAIN_MS = 300;

/** A provider executes a command once, however often it comes, and answers each time. */
export function askAgainWhenLost(
  publisher: Pick<Publisher, 'onConnectionChange'>,
  pending: ReadonlyMap<string, Pick<Pending, 'send'>>,
  clock: Clock,
): void {
  const lost = new Set<string>();
  let isLost = false;
  let cancel: () => void = () => undefined;
  const ask = () => {
    for (const id of lost) {
      const asked = pending.get(id);
      if (asked === undefined) lost.delete(id);
      else asked.send().catch(() => lost.delete(id));
    }
    cancel = lost.size === 0 ? () => undefined : clock.after(AGAIN_MS, ask);
  };
  publisher.onConnectionChange((isConnected) => {
    cancel();
    // Also what was asked meanwhile: it leaves first, and its answer may come before we can hear it.
    if (!isConnected || isLost) for (const id of pending.keys()) lost.add(id);
    isLost = !isConnected;
    if (isConnected) ask();
  });
}
