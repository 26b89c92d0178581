// The bus inside a thread: a port to the main thread of its process, which owns the sockets.

import type { MessagePort } from 'node:worker_threads';
import { createDeferred, type Deferred } from '../../base/deferred.js';
import { ContextdError } from '../../base/errors.js';
import { createSenderId } from '../../base/ids.js';
import { encodeEnvelope } from '../../bus/envelope.js';
import type { FrameHandler } from '../../bus/subscriber.js';
import type { HostBus } from '../host-bus.js';
import type { LogLoss } from '../../base/log-file.js';
import { PortPresence } from './port-presence.js';
import { PROCESSED_STEP, type FromThread, type ToThread } from './port-messages.js';

/**
 *   task -> Host -> PortBus ==port==> main thread -> XPUB ---> [forwarder]
 *           Host <- PortBus <==port== main thread <- SUB  <--- [forwarder]
 */
export class PortBus implements HostBus {
  /** Unique for each run, as for a process: events are numbered by sender. */
  readonly id: string = createSenderId();
  readonly publisher: HostBus['publisher'] = {
    waitForSubscriber: (topic) => this.#waitForSubscriber(topic),
    onSubscribeTo: (topic, listener) => void this.#listeners.set(topic, listener),
  };
  /** Whether there is a provider, as reported by the main thread. */
  readonly presence = new PortPresence();
  readonly #port: MessagePort;
  readonly #handle: FrameHandler;
  readonly #stop: () => void;
  readonly #pending = new Map<number, Deferred<void>>();
  readonly #subscribed = new Map<string, Deferred<void>>();
  readonly #listeners = new Map<string, () => void>();
  #number = 0;
  #processed = 0;
  #logLoss: LogLoss | undefined;

  /** Calls `stop` when the main thread asks the task to end, without a command on the bus. */
  constructor(port: MessagePort, handle: FrameHandler, stop: () => void) {
    this.#port = port;
    this.#handle = handle;
    this.#stop = stop;
    port.on('message', (message: ToThread) => this.#receive(message));
  }

  get logLoss(): LogLoss | undefined {
    return this.#logLoss;
  }

  publish(topic: string, body: unknown): Promise<void> {
    this.#number += 1;
    const sent = createDeferred<void>();
    this.#pending.set(this.#number, sent);
    this.#post({ kind: 'publish', number: this.#number, frame: encodeEnvelope({ topic, body }) });
    return sent.promise;
  }

  subscribe(topic: string): void {
    this.#post({ kind: 'subscribe', topic });
  }

  close(): Promise<void> {
    this.#port.close();
    return Promise.resolve();
  }

  #receive(message: ToThread): void {
    switch (message.kind) {
      case 'frame':
        this.#receiveFrame(message.frame);
        return;
      case 'published':
        this.#settle(message.number, message.error);
        return;
      case 'subscribed':
        this.#subscribedOf(message.topic).resolve();
        this.#listeners.get(message.topic)?.();
        return;
      case 'log_loss':
        this.#logLoss = message.loss;
        return;
      case 'provider':
        this.presence.set(message.presence);
        return;
      case 'stop':
        this.#stop();
        return;
    }
  }

  #receiveFrame(frame: Uint8Array): void {
    this.#handle(frame);
    this.#processed += 1;
    if (this.#processed % PROCESSED_STEP === 0) this.#post({ kind: 'processed', count: PROCESSED_STEP });
  }

  #settle(number: number, error: string | undefined): void {
    const sent = this.#pending.get(number);
    this.#pending.delete(number);
    if (error === undefined) sent?.resolve();
    else sent?.reject(new ContextdError('BUS_CLOSED', error));
  }

  #waitForSubscriber(topic: string): Promise<void> {
    return this.#subscribedOf(topic).promise;
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
