// Records all messages on the bus of a provider, in order.

import type { BusEndpoints } from '../../src/bus/connection.js';
import { follow, type BusEvent } from '../../src/client/follow.js';
import { TOPICS } from '../../src/messages/topics.js';
import { Recorder } from './recorder.js';

export interface BusObserver extends AsyncDisposable {
  readonly seen: Recorder<BusEvent>;
  /** Waits for an event of a service on topic `control`. */
  waitForEvent(serviceId: string, action: string): Promise<ControlBody>;
  /** All events as `started ts_1`, `failed ts_2`, ... in order; a repeated final event counts once. */
  events(): readonly string[];
}

export interface ControlBody {
  readonly header: Readonly<Record<string, unknown>> & {
    readonly action: string;
    readonly service_id: string;
  };
  readonly content: { readonly status: Readonly<Record<string, unknown>> };
}

export async function observeBus(endpoints: BusEndpoints): Promise<BusObserver> {
  const seen = new Recorder<BusEvent>();
  const follower = follow(endpoints, TOPICS, (busEvent) => seen.record(busEvent));
  await follower.ready;
  const bodies = () => seen.items.filter(isEvent).map((each) => each.body as ControlBody);
  return {
    seen,
    waitForEvent: async (serviceId, action) => {
      const found = await seen.waitFor((each) => {
        if (!isEvent(each)) return false;
        const { header } = each.body as ControlBody;
        return header.service_id === serviceId && header.action === action;
      });
      return found.body as ControlBody;
    },
    events: () => dropRepeated(bodies()).map(({ header }) => `${header.action} ${header.service_id}`),
    [Symbol.asyncDispose]: () => follower.close(),
  };
}

/** Drops repetitions: a host repeats its final event with the same number until it is acknowledged. */
function dropRepeated(bodies: readonly ControlBody[]): readonly ControlBody[] {
  const known = new Set<string>();
  return bodies.filter(({ header }) => {
    const { sender, service_id: service, service_transaction: transaction, seq } = header;
    if (seq === undefined) return true;
    const key = JSON.stringify([sender, transaction, service, seq]);
    return !known.has(key) && known.add(key);
  });
}

function isEvent(busEvent: BusEvent): boolean {
  return busEvent.kind === 'message' && busEvent.message.kind === 'service_event';
}
