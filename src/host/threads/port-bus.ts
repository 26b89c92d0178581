// The bus inside a thread: a port to the main thread of its process, which owns the sockets.

import type { MessagePort } from 'node:worker_threads';
import { createDeferred, type Deferred } from '../../base/deferred.js';
import { createSenderId } from '../../base/ids.js';
import type { LogLoss } from '../../base/log-file.js';
import { encodeEnvelope } from '../../bus/envelope.js';
import type { FrameReader, HostBus } from '../host-bus.js';
import { ProviderPresence } from '../provider-presence.js';
import { PROCESSED_STEP, type FromThread, type ToThread } from './port-messages.js';

/**
 *   task -> TaskRunner -> PortBus ==port==> main thread -> XPUB ---> [forwarder]
 *           TaskRunner <- PortBus <==port== main thread <- SUB  <--- [forwarder]
 */
export class PortBus implements HostBus {
  /** Unique for each run, as for a process: events are numbered by sender. */
  readonly id: string = createSenderId();
  readonly publisher: HostBus['publisher'] = {
    waitForSubscriber: (topic) => this.#subscribedOf(topic).promise,
    onSubscribeTo: (topic, listener) => void this.#listeners.set(topic, listener),
  };
  /** As reported by the main thread. */
  readonly presence = new ProviderPresence();
  readonly #port: MessagePort;
  readonly #stop: () => void;
  readonly #readers = new Map<string, FrameReader>();
  readonly #unsent: Deferred<void>[] = [];
  readonly #subscribed = new Map<string, Deferred<void>>();
  readonly #listeners = new Map<string, () => void>();
  #processed = 0;
  #logLoss: LogLoss | undefined;

  /** Calls `stop` when the main thread asks the task to end, without a command on the bus. */
  constructor(port: MessagePort, stop: () => void) {
    this.#port = port;
    this.#stop = stop;
    port.on('message', (message: ToThread) => this.#receive(message));
  }

  get logLoss(): LogLoss | undefined {
    return this.#logLoss;
  }

  publish(topic: string, body: unknown): Promise<void> {
    const sent = createDeferred<void>();
    this.#unsent.push(sent);
    this.#post({ kind: 'publish', frame: encodeEnvelope({ topic, body }) });
    return sent.promise;
  }

  subscribe(topic: string, read: FrameReader): void {
    this.#readers.set(topic, read);
    this.#post({ kind: 'subscribe', topic });
  }

  #receive(message: ToThread): void {
    switch (message.kind) {
      case 'frame':
        this.#readers.get(message.topic)?.(message.frame, message.topic);
        this.#processed += 1;
        if (this.#processed % PROCESSED_STEP === 0) this.#post({ kind: 'processed', count: PROCESSED_STEP });
        return;
      case 'published':
        this.#unsent.shift()?.resolve();
        return;
      case 'subscribed':
        this.#subscribedOf(message.topic).resolve();
        this.#listeners.get(message.topic)?.();
        return;
      case 'log_loss':
        this.#logLoss = message.loss;
        return;
      case 'provider':
        this.presence.set(message.state);
        return;
      case 'stop':
        this.#stop();
        return;
    }
  }

  #subscribedOf(topic: string): Deferred<void> {
    const subscribed = this.#subscribed.get(topic) ?? createDeferred<void>();
    this.#subscribed.set(topic, subscribed);
    return subscribed;
  }

  #post(message: FromThread): void {
    this.#port.postMessage(message);
  }
}
