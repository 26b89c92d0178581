// Passes frames to the runs that read their topic. One subscription serves all of them.

import type { FrameReader } from '../host-bus.js';

export interface Subscriptions {
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
}

export class TopicReaders {
  readonly #connection: Subscriptions;
  /** By topic and run token. */
  readonly #readers = new Map<string, Map<string, FrameReader>>();

  constructor(connection: Subscriptions) {
    this.#connection = connection;
  }

  add(token: string, topic: string, read: FrameReader): void {
    const readers = this.#readers.get(topic) ?? new Map<string, FrameReader>();
    if (readers.size === 0) this.#connection.subscribe(topic);
    this.#readers.set(topic, readers.set(token, read));
  }

  deliver(frame: Uint8Array, topic: string): void {
    for (const read of this.#readers.get(topic)?.values() ?? []) read(frame, topic);
  }

  /** Removes the readers of a run that has ended. */
  remove(token: string): void {
    for (const [topic, readers] of this.#readers) {
      if (!readers.delete(token) || readers.size > 0) continue;
      this.#readers.delete(topic);
      this.#connection.unsubscribe(topic);
    }
  }
}
