// Subscribes to topics of the bus and reports every message, in the order of arrival.

import { createDeferred } from '../base/deferred.js';
import { asContextdError, messageOf, type ContextdError } from '../base/errors.js';
import { shorten } from '../base/shorten.js';
import { Connection, composeSecurity, type BusEndpoints } from '../bus/connection.js';
import { decodeEnvelope } from '../bus/envelope.js';
import type { RejectionReason } from '../bus/handshake-errors.js';
import { Subscriber } from '../bus/subscriber.js';
import type { ClientSecurity } from '../bus/security.js';
import { CheckCount, parseBody, type Message } from '../messages/message.js';
import { rejectWhenRefused } from './handshake-errors.js';

/** A valid message, missing events, or a frame that is not a valid message. */
export type BusEvent =
  | { readonly kind: 'message'; readonly topic: string; readonly message: Message; readonly body: unknown }
  /** Events of one sender did not arrive because this reader was too slow. */
  | {
      readonly kind: 'gap';
      readonly topic: string;
      readonly body: unknown;
      readonly missed: number;
      readonly service: string;
    }
  | { readonly kind: 'other'; readonly topic: string; readonly body: unknown; readonly reason: string };

export interface Follower {
  /** Resolves when the subscriptions are in effect. */
  readonly ready: Promise<void>;
  /** Resolves with SEC_CONNECTION_REFUSED if the provider rejects the connection; else never. */
  readonly refused: Promise<ContextdError>;
  close(): Promise<void>;
}

/**
 * Calls `onEvent` for every message on `topics` until the follower is closed.
 *
 * @example
 * const follower = follow(await findProvider({}), ['control'], (event) => console.log(event.topic, event.body));
 * await follower.ready;
 */
export function follow(
  endpoints: BusEndpoints,
  topics: readonly string[],
  onEvent: (event: BusEvent) => void,
  security?: ClientSecurity,
): Follower {
  const gaps = new GapDetector();
  const checks = new CheckCount();
  const receive = (frame: Uint8Array) => {
    const event = classify(frame, checks);
    if (gaps.isRepeated(event)) return;
    const gap = gaps.findGapBefore(event);
    if (gap !== undefined) onEvent(gap);
    onEvent(event);
  };
  const connection = new Connection(endpoints, topics, receive, composeSecurity(security));
  const refused = rejectWhenRefused(
    connection.publisher,
    { name: 'provider', endpoint: endpoints.publish },
    security,
  ).catch((error: unknown) => asContextdError(error));
  return { ready: connection.ready(), refused, close: () => connection.close() };
}

/** Calls `onEvent` for every message that a Monitor publishes at its own address. There is no forwarder, so `ready` cannot wait for the subscription. */
export function followMonitor(
  endpoint: string,
  onEvent: (event: BusEvent) => void,
  security?: ClientSecurity,
): Follower {
  const reason = createDeferred<RejectionReason>();
  const checks = new CheckCount();
  const subscriber = Subscriber.connect(
    endpoint,
    (frame) => onEvent(classify(frame, checks)),
    security,
    (found) => reason.resolve(found),
  );
  subscriber.subscribe('monitor');
  const refused = rejectWhenRefused(
    { refused: reason.promise },
    { name: 'Monitor', endpoint },
    security,
  ).catch((error: unknown) => asContextdError(error));
  return { ready: Promise.resolve(), refused, close: () => subscriber.close() };
}

function classify(frame: Uint8Array, checks: CheckCount): BusEvent {
  let topic = '?';
  let body: unknown;
  try {
    ({ topic, body } = decodeEnvelope(frame));
    return { kind: 'message', topic, message: parseBody(topic, body, checks), body };
  } catch (error) {
    const found = body === undefined ? shorten(Buffer.from(frame).toString('latin1')) : body;
    return { kind: 'other', topic, body: found, reason: messageOf(error) };
  }
}

/** Finds gaps in the sequence numbers of each sender's events. */
class GapDetector {
  readonly #lastSeq = new Map<string, number>();

  /** A final event that its sender repeats and that has already arrived. */
  isRepeated(event: BusEvent): boolean {
    if (event.kind !== 'message' || event.message.kind !== 'service_event') return false;
    const { sender = '', seq = 0, repetition } = event.message.header;
    return repetition === true && seq <= (this.#lastSeq.get(sender) ?? 0);
  }

  /** The events missing between the sender's previous event and this one. */
  findGapBefore(event: BusEvent): BusEvent | undefined {
    if (event.kind !== 'message' || event.message.kind !== 'service_event') return undefined;
    const { sender, seq, service_id: service } = event.message.header;
    if (sender === undefined || seq === undefined) return undefined;
    const last = this.#lastSeq.get(sender);
    this.#lastSeq.set(sender, Math.max(seq, last ?? 0));
    const missed = last === undefined ? 0 : seq - last - 1;
    return missed > 0
      ? { kind: 'gap', topic: event.topic, body: { service, missed }, missed, service }
      : undefined;
  }
}
