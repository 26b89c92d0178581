// Sees everything that is said on a provider's bus, in order.

import type { BusEndpoints } from '../../src/bus/connection.js';
import { follow, type Sighting } from '../../src/client/follow.js';
import { TOPICS } from '../../src/messages/topics.js';
import { Recorder } from './recorder.js';

export interface Onlooker extends AsyncDisposable {
  readonly seen: Recorder<Sighting>;
  /** Waits for an event of a service on topic `control`. */
  event(serviceId: string, action: string): Promise<ControlBody>;
  /** `started ts_1`, `failed ts_2`, ... in the order of the bus. */
  events(): readonly string[];
}

export interface ControlBody {
  readonly header: Readonly<Record<string, unknown>> & {
    readonly action: string;
    readonly service_id: string;
  };
  readonly content: { readonly status: Readonly<Record<string, unknown>> };
}

export async function onlook(endpoints: BusEndpoints): Promise<Onlooker> {
  const seen = new Recorder<Sighting>();
  const follower = follow(endpoints, TOPICS, (sighting) => seen.note(sighting));
  await follower.ready;
  const bodies = () => seen.items.filter(isEvent).map((each) => each.body as ControlBody);
  return {
    seen,
    event: async (serviceId, action) => {
      const found = await seen.first((each) => {
        if (!isEvent(each)) return false;
        const { header } = each.body as ControlBody;
        return header.service_id === serviceId && header.action === action;
      });
      return found.body as ControlBody;
    },
    events: () => bodies().map(({ header }) => `${header.action} ${header.service_id}`),
    [Symbol.asyncDispose]: () => follower.close(),
  };
}

function isEvent(sighting: Sighting): boolean {
  return sighting.kind === 'message' && sighting.message.kind === 'service_event';
}
