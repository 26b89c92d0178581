// A publisher that knows what is wanted: it sees subscriptions arrive, so nothing is sent too early.

import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import { createDeferred, type Deferred } from '../base/deferred.js';
import { subscriptionOf } from './envelope.js';
import { watchRefusal, type RefusalReason } from './refusal.js';
import { clientOptions, type ClientSecurity } from './security.js';
import { CONNECTING, HIGH_WATER_MARK, LINGER_MS, zmq } from './zmq.js';

const SUBSCRIBE = 1;

interface Outgoing {
  readonly frame: string;
  readonly sent: Deferred<void>;
}

/**
 * Connects to a forwarder's frontend. XPUB hands the subscriptions of all readers behind the forwarder
 * to us; with noDrop a full queue makes us wait instead of losing a message.
 */
export class Publisher {
  readonly #socket: zmq.XPublisher;
  readonly #wanted = new Set<string>();
  readonly #waiting = new Map<string, Deferred<void>>();
  readonly #listeners = new Set<(topic: string) => void>();
  readonly #queue: Outgoing[] = [];
  #sending = false;
  #closed = false;
  readonly #refused: Promise<RefusalReason>;
  readonly #reading: Promise<void>;

  private constructor(socket: zmq.XPublisher, refused: Promise<RefusalReason>) {
    this.#socket = socket;
    this.#refused = refused;
    this.#reading = this.#readSubscriptions();
  }

  static connect(endpoint: string, security?: ClientSecurity): Publisher {
    const socket = new zmq.XPublisher({
      verbosity: 'allSubs',
      noDrop: true,
      linger: LINGER_MS,
      sendHighWaterMark: HIGH_WATER_MARK,
      receiveHighWaterMark: 0,
      ...CONNECTING,
      ...clientOptions(security),
    });
    const refused = new Promise<RefusalReason>((resolve) => watchRefusal(socket, resolve));
    socket.connect(endpoint);
    return new Publisher(socket, refused);
  }

  /** Sends a frame; resolves when it is handed to ZeroMQ. Frames leave in the order of the calls. */
  publish(frame: string): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    const sent = createDeferred<void>();
    this.#queue.push({ frame, sent });
    if (!this.#sending) void this.#drain();
    return sent.promise;
  }

  /** True when at least one reader wants exactly this topic. */
  isWanted(topic: string): boolean {
    return this.#wanted.has(subscriptionOf(topic));
  }

  /** Resolves as soon as a reader of exactly this topic is there; rejects when closed before. */
  whenWanted(topic: string): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    const key = subscriptionOf(topic);
    if (this.#wanted.has(key)) return Promise.resolve();
    const waiting = this.#waiting.get(key) ?? createDeferred<void>();
    this.#waiting.set(key, waiting);
    return waiting.promise;
  }

  /** Calls `listener` for every subscription that arrives, also a second equal one. */
  onSubscription(listener: (topic: string) => void): void {
    this.#listeners.add(listener);
  }

  /** Calls `listener` when the connection to the forwarder is lost, and when it is back. */
  onConnectionChange(listener: (isConnected: boolean) => void): void {
    this.#socket.events.on('handshake', () => listener(true));
    this.#socket.events.on('disconnect', () => listener(false));
  }

  /** Resolves when the other side is there, but will not speak with us; see refusal.ts. */
  get refused(): Promise<RefusalReason> {
    return this.#refused;
  }

  /** With `isGivenUp` what is not sent yet is dropped, instead of waiting for a peer that may be gone. */
  async close(isGivenUp = false): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (isGivenUp) this.#socket.linger = 0;
    this.#socket.close();
    for (const waiting of this.#waiting.values()) {
      waiting.promise.catch(() => undefined);
      waiting.reject(closedError());
    }
    await this.#reading;
  }

  async #drain(): Promise<void> {
    this.#sending = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      try {
        await this.#socket.send(next.frame).catch((error: unknown) => this.#sendAgain(next.frame, error));
        next.sent.resolve();
      } catch (error) {
        next.sent.reject(this.#closed ? closedError() : error);
      }
    }
    this.#sending = false;
  }

  /** EAGAIN: a reader's queue is full. The I/O thread needs a turn, then we try again. */
  async #sendAgain(frame: string, refusal: unknown): Promise<void> {
    for (let error = refusal; ;) {
      if (!hasErrnoCode(error, 'EAGAIN') || this.#closed) throw error;
      await new Promise((resume) => setImmediate(resume));
      try {
        await this.#socket.send(frame);
        return;
      } catch (again) {
        error = again;
      }
    }
  }

  async #readSubscriptions(): Promise<void> {
    try {
      for await (const [notice] of this.#socket) {
        if (notice !== undefined && notice.length > 0)
          this.#note(notice[0] === SUBSCRIBE, notice.toString('utf8', 1));
      }
    } catch (error) {
      if (!this.#closed)
        throw new ContextdError('INTERNAL', `publisher failed: ${messageOf(error)}`, { cause: error });
    }
  }

  #note(isSubscription: boolean, key: string): void {
    if (!isSubscription) {
      this.#wanted.delete(key);
      return;
    }
    this.#wanted.add(key);
    this.#waiting.get(key)?.resolve();
    this.#waiting.delete(key);
    const topic = key.replace(/ @@@$/, '');
    for (const listener of this.#listeners) listener(topic);
  }
}

function closedError(): ContextdError {
  return new ContextdError('BUS_CLOSED', 'the publisher is closed');
}
