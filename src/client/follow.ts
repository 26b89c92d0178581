// A live view of the bus: every message on some topics, in the order of arrival.

import { createDeferred } from '../base/deferred.js';
import { asContextdError, messageOf, type ContextdError } from '../base/errors.js';
import { shorten } from '../base/shorten.js';
import { Connection, securityOf, type BusEndpoints } from '../bus/connection.js';
import { decodeEnvelope } from '../bus/envelope.js';
import type { RefusalReason } from '../bus/handshake-errors.js';
import { Subscriber } from '../bus/subscriber.js';
import type { ClientSecurity } from '../bus/security.js';
import { parseBody, type Message } from '../messages/message.js';
import { refusal } from './handshake-errors.js';

/** What was seen: a message, or why a frame is none. */
export type BusEvent =
  | { readonly kind: 'message'; readonly topic: string; readonly message: Message; readonly body: unknown }
  /** Events of one sender that never came: this reader was too slow. */
  | {
      readonly kind: 'gap';
      readonly topic: string;
      readonly body: unknown;
      readonly missed: number;
      readonly service: string;
    }
  | { readonly kind: 'other'; readonly topic: string; readonly body: unknown; readonly reason: string };

export interface Follower {
  /** Resolves when the forwarder sends us what we want. */
  readonly ready: Promise<void>;
  /** Resolves if the provider does not let us in. */
  readonly refused: Promise<ContextdError>;
  close(): Promise<void>;
}

export function follow(
  endpoints: BusEndpoints,
  topics: readonly string[],
  see: (sighting: BusEvent) => void,
  security?: ClientSecurity,
): Follower {
  const gaps = new Gaps();
  const hear = (frame: Uint8Array) => {
    const sighting = sight(frame);
    if (gaps.isKnown(sighting)) return;
    const gap = gaps.before(sighting);
    if (gap !== undefined) see(gap);
    see(sighting);
  };
  const connection = new Connection(endpoints, topics, hear, securityOf(security));
  const refused = refusal(
    connection.publisher,
    { name: 'provider', endpoint: endpoints.publish },
    security,
  ).catch((error: unknown) => asContextdError(error));
  return { ready: connection.ready(), refused, close: () => connection.close() };
}

/** What a Monitor publishes at its own address; there is no forwarder, and nobody knows when it hears us. */
export function followMonitor(
  endpoint: string,
  see: (sighting: BusEvent) => void,
  security?: ClientSecurity,
): Follower {
  const told = createDeferred<RefusalReason>();
  const subscriber = Subscriber.connect(
    endpoint,
    (frame) => see(sight(frame)),
    security,
    (reason) => told.resolve(reason),
  );
  subscriber.subscribe('monitor');
  const refused = refusal({ refused: told.promise }, { name: 'Monitor', endpoint }, security).catch(
    (error: unknown) => asContextdError(error),
  );
  return { ready: Promise.resolve(), refused, close: () => subscriber.close() };
}

function sight(frame: Uint8Array): BusEvent {
  let topic = '?';
  let body: unknown;
  try {
    ({ topic, body } = decodeEnvelope(frame));
    return { kind: 'message', topic, message: parseBody(topic, body), body };
  } catch (error) {
    const found = body === undefined ? shorten(Buffer.from(frame).toString('latin1')) : body;
    return { kind: 'other', topic, body: found, reason: messageOf(error) };
  }
}

/** Counts the numbers of each sender's events. */
class Gaps {
  readonly #lastSeq = new Map<string, number>();

  /** A last event that was said again, and has been seen. */
  isKnown(sighting: BusEvent): boolean {
    if (sighting.kind !== 'message' || sighting.message.kind !== 'service_event') return false;
    const { sender = '', seq = 0, repetition } = sighting.message.header;
    return repetition === true && seq <= (this.#lastSeq.get(sender) ?? 0);
  }

  /** What is missing between the sender's last event and this one. */
  before(sighting: BusEvent): BusEvent | undefined {
    if (sighting.kind !== 'message' || sighting.message.kind !== 'service_event') return undefined;
    const { sender, seq, service_id: service } = sighting.message.header;
    if (sender === undefined || seq === undefined) return undefined;
    const last = this.#lastSeq.get(sender);
    this.#lastSeq.set(sender, Math.max(seq, last ?? 0));
    const missed = last === undefined ? 0 : seq - last - 1;
    return missed > 0
      ? { kind: 'gap', topic: sighting.topic, body: { service, missed }, missed, service }
      : undefined;
  }
}
