// A bus in memory for one task: encodes and decodes frames as a real bus does, without sockets.

import { createUniqueId } from '../base/ids.js';
import { decodeEnvelope, encodeEnvelope, type Envelope } from '../bus/envelope.js';
import type { FrameReader, HostBus } from '../host/host-bus.js';

export class MemoryBus implements HostBus {
  readonly id = createUniqueId();
  readonly publisher = { waitForSubscriber: () => Promise.resolve(), onSubscribeTo: () => undefined };
  readonly #readers = new Map<string, FrameReader>();
  readonly #onPublish: (envelope: Envelope) => void;

  /** `onPublish` receives what the task publishes. */
  constructor(onPublish: (envelope: Envelope) => void) {
    this.#onPublish = onPublish;
  }

  subscribe(topic: string, read: FrameReader): void {
    this.#readers.set(topic, read);
  }

  publish(topic: string, body: unknown): Promise<void> {
    this.#onPublish(decodeEnvelope(Buffer.from(encodeEnvelope({ topic, body }))));
    return Promise.resolve();
  }

  /** Delivers a message to the task if it has subscribed to the topic. */
  deliver(envelope: Envelope): void {
    this.#readers.get(envelope.topic)?.(Buffer.from(encodeEnvelope(envelope)), envelope.topic);
  }

  close(): void {
    this.#readers.clear();
  }
}
