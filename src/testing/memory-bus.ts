// A bus in memory for one host: encodes and decodes frames as a real bus does, without sockets.

import { createUniqueId } from '../base/ids.js';
import { decodeEnvelope, encodeEnvelope, type Envelope } from '../bus/envelope.js';
import type { FrameHandler } from '../bus/subscriber.js';
import type { HostBus } from '../host/host-bus.js';

export class MemoryBus implements HostBus {
  readonly id = createUniqueId();
  readonly publisher = { waitForSubscriber: () => Promise.resolve(), onSubscribeTo: () => undefined };
  readonly #topics: Set<string>;
  readonly #handle: FrameHandler;
  readonly #onPublish: (envelope: Envelope) => void;

  /** `handle` receives frames of `topics`; `onPublish` receives what the host publishes. */
  constructor(topics: readonly string[], handle: FrameHandler, onPublish: (envelope: Envelope) => void) {
    this.#topics = new Set(topics);
    this.#handle = handle;
    this.#onPublish = onPublish;
  }

  subscribe(topic: string): void {
    this.#topics.add(topic);
  }

  publish(topic: string, body: unknown): Promise<void> {
    this.#onPublish(decodeEnvelope(Buffer.from(encodeEnvelope({ topic, body }))));
    return Promise.resolve();
  }

  /** Delivers a message to the host if it has subscribed to the topic. */
  deliver(envelope: Envelope): void {
    if (this.#topics.has(envelope.topic)) this.#handle(Buffer.from(encodeEnvelope(envelope)));
  }

  close(): Promise<void> {
    this.#topics.clear();
    return Promise.resolve();
  }
}
