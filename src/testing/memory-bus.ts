// A bus without sockets for one host: what is said on it travels as the same bytes, in this process.

import { createUniqueId } from '../base/ids.js';
import { decodeEnvelope, encodeEnvelope, type Envelope } from '../bus/envelope.js';
import type { FrameHandler } from '../bus/subscriber.js';
import type { HostBus } from '../host/host-bus.js';

export class MemoryBus implements HostBus {
  readonly id = createUniqueId();
  readonly publisher = { waitForSubscriber: () => Promise.resolve(), onSubscribeTo: () => undefined };
  readonly #topics: Set<string>;
  readonly #handle: FrameHandler;
  readonly #hear: (said: Envelope) => void;

  /** `hear` is told what the host says. */
  constructor(topics: readonly string[], handle: FrameHandler, hear: (said: Envelope) => void) {
    this.#topics = new Set(topics);
    this.#handle = handle;
    this.#hear = hear;
  }

  subscribe(topic: string): void {
    this.#topics.add(topic);
  }

  publish(topic: string, body: unknown): Promise<void> {
    this.#hear(decodeEnvelope(Buffer.from(encodeEnvelope({ topic, body }))));
    return Promise.resolve();
  }

  /** Says something to the host, which hears it only if it listens. */
  deliver(envelope: Envelope): void {
    if (this.#topics.has(envelope.topic)) this.#handle(Buffer.from(encodeEnvelope(envelope)));
  }

  close(): Promise<void> {
    this.#topics.clear();
    return Promise.resolve();
  }
}
