// A live view of the bus: every message on some topics, in the order of arrival.

import { messageOf } from '../base/errors.js';
import { Connection, type BusEndpoints } from '../bus/connection.js';
import { decodeEnvelope } from '../bus/envelope.js';
import { parseBody, type Message } from '../messages/message.js';

/** What was seen: a message, or why a frame is none. */
export type Sighting =
  | { readonly kind: 'message'; readonly topic: string; readonly message: Message; readonly body: unknown }
  | { readonly kind: 'other'; readonly topic: string; readonly body: unknown; readonly reason: string };

export interface Follower {
  /** Resolves when the forwarder sends us what we want. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

export function follow(
  endpoints: BusEndpoints,
  topics: readonly string[],
  see: (sighting: Sighting) => void,
): Follower {
  const connection = new Connection(endpoints, topics, (frame) => see(sight(frame)));
  return { ready: connection.ready(), close: () => connection.close() };
}

function sight(frame: Uint8Array): Sighting {
  let topic = '?';
  let body: unknown = Buffer.from(frame).toString('latin1').slice(0, 200);
  try {
    ({ topic, body } = decodeEnvelope(frame));
    return { kind: 'message', topic, message: parseBody(topic, body), body };
  } catch (error) {
    return { kind: 'other', topic, body, reason: messageOf(error) };
  }
}
