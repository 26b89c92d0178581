// Receives the events of services on the bus of a provider.

import type { BusEndpoints } from '../src/bus/connection.js';
import { follow } from '../src/client/follow.js';

export interface Watch extends AsyncDisposable {
  /** The status of the next event of this action. */
  event(action: string): Promise<Readonly<Record<string, unknown>>>;
}

export async function openWatch(endpoints: BusEndpoints): Promise<Watch> {
  const waiting = new Map<string, (status: Readonly<Record<string, unknown>>) => void>();
  const follower = follow(endpoints, ['control'], (sighting) => {
    if (sighting.kind !== 'message' || sighting.message.kind !== 'service_event') return;
    const { header, content } = sighting.message;
    waiting.get(header.action)?.(content.status);
    waiting.delete(header.action);
  });
  await follower.ready;
  return {
    event: (action) => new Promise((resolve) => waiting.set(action, resolve)),
    [Symbol.asyncDispose]: () => follower.close(),
  };
}
