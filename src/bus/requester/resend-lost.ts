// Sends requests again that a lost connection left without a reply, with the same message id.

import type { Clock } from '../../base/clock.js';
import type { Publisher } from '../publisher.js';

/** After a restart of the forwarder, provider and client reconnect in any order, so one resend may be too early. */
const RESEND_MS = 300;

/** Safe to repeat: a provider executes a command once and answers each copy. */
export function resendAfterReconnect(
  publisher: Pick<Publisher, 'onConnectionChange'>,
  pending: ReadonlyMap<string, { send(): Promise<void> }>,
  clock: Clock,
): void {
  const lost = new Set<string>();
  let wasLost = false;
  let cancel: () => void = () => undefined;
  const resend = () => {
    for (const id of lost) {
      const request = pending.get(id);
      if (request === undefined) lost.delete(id);
      else request.send().catch(() => lost.delete(id));
    }
    cancel = lost.size === 0 ? () => undefined : clock.after(RESEND_MS, resend);
  };
  publisher.onConnectionChange((isConnected) => {
    cancel();
    // Includes requests queued while disconnected: their replies may be sent before our subscription is in effect.
    if (!isConnected || wasLost) for (const id of pending.keys()) lost.add(id);
    wasLost = !isConnected;
    if (isConnected) resend();
  });
}
