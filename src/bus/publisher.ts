// A publisher that sees subscriptions arrive, so that it can wait for a subscriber before it sends.

import { systemClock } from '../base/clock.js';
import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import { createDeferred, type Deferred } from '../base/deferred.js';
import { addressOptions } from './endpoint.js';
import { subscriptionOf } from './envelope.js';
import { onRejectedByServer, type RejectionReason } from './handshake-errors.js';
import { clientOptions, type ClientSecurity } from './security.js';
import { CONNECT_OPTIONS, HIGH_WATER_MARK, LINGER_MS, zmq } from './zmq.js';

const SUBSCRIBE = 1;

/** Minimum interval at which a publisher with only one topic of interest reads new subscriptions. */
const CHECK_INTERVAL_MS = 1000;

/** How long a re-established connection counts as new: the forwarder may be ready before its provider subscribes. */
const NEW_CONNECTION_MS = 5000;

/** Values of ZMQ_RCVTIMEO: wait for a message; read only messages that have already arrived. */
const NO_TIMEOUT = -1;
const NO_WAIT = 0;

interface Outgoing {
  readonly frame: string;
  readonly sent: Deferred<void>;
}

/**
 * Connects to a forwarder's frontend. XPUB receives the subscriptions of all subscribers behind the forwarder. With
 * noDrop a full queue delays a message instead of dropping it.
 */
export class Publisher {
  readonly #socket: zmq.XPublisher;
  readonly #subscriptions = new Set<string>();
  readonly #waiting = new Map<string, Deferred<void>>();
  readonly #listeners = new Set<(topic: string, subscription: string) => void>();
  /** The only topic of interest, if there is just one. */
  #onlyTopic: string | undefined;
  /** A subscription to it has arrived. */
  #hasSeenOnlyTopic = false;
  /** Until then the connection counts as lost or new, and subscriptions are read continuously. */
  #newUntilMs = 0;
  /** Resolved to read subscriptions again. */
  #sleeping: Deferred<void> | undefined;
  #checkedMs = 0;
  readonly #queue: Outgoing[] = [];
  #sending = false;
  #closed = false;
  readonly #rejected: Promise<RejectionReason>;
  readonly #reading: Promise<void>;

  private constructor(socket: zmq.XPublisher, rejected: Promise<RejectionReason>) {
    this.#socket = socket;
    this.#rejected = rejected;
    this.#reading = this.#readSubscriptions();
  }

  static connect(endpoint: string, security?: ClientSecurity): Publisher {
    const socket = new zmq.XPublisher({
      verbosity: 'allSubs',
      noDrop: true,
      linger: LINGER_MS,
      sendHighWaterMark: HIGH_WATER_MARK,
      receiveHighWaterMark: 0,
      ...CONNECT_OPTIONS,
      ...addressOptions(endpoint),
      ...clientOptions(security),
    });
    const refused = new Promise<RejectionReason>((resolve) => onRejectedByServer(socket, resolve));
    socket.connect(endpoint);
    return new Publisher(socket, refused);
  }

  /** Sends a frame; resolves when ZeroMQ has accepted it. Frames are sent in call order. Rejects with BUS_CLOSED after `close`. */
  publish(frame: string): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    if (this.#sleeping !== undefined && systemClock.monotonic() - this.#checkedMs > CHECK_INTERVAL_MS)
      this.#wake();
    const sent = createDeferred<void>();
    this.#queue.push({ frame, sent });
    if (!this.#sending) void this.#drain();
    return sent.promise;
  }

  /** Returns true if at least one subscriber has subscribed to exactly this topic. */
  hasSubscriber(topic: string): boolean {
    return this.#subscriptions.has(subscriptionOf(topic));
  }

  /** Resolves when there is a subscriber of exactly this topic. Rejects with BUS_CLOSED if the publisher is closed before. */
  waitForSubscriber(topic: string): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    const key = subscriptionOf(topic);
    if (this.#subscriptions.has(key)) return Promise.resolve();
    const waiting = this.#waiting.get(key) ?? createDeferred<void>();
    this.#waiting.set(key, waiting);
    this.#wake();
    return waiting.promise;
  }

  /** Like waitForSubscriber, but ignores subscriptions that have already arrived. */
  waitForNewSubscriber(topic: string): Promise<void> {
    this.#subscriptions.delete(subscriptionOf(topic));
    return this.waitForSubscriber(topic);
  }

  /** Calls `listener` for every subscription that arrives, also for an equal one; `subscription` is its full text. */
  onSubscribe(listener: (topic: string, subscription: string) => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Like onSubscribe for one topic, but ignores all others, so that not every subscription on the bus wakes up every
   * service. On a new connection `listener` is called immediately. Later, `listener` and `hasSubscriber` lag behind:
   * subscriptions are read on `publish`, at most once a second.
   */
  onSubscribeTo(topic: string, listener: () => void): void {
    this.#onlyTopic = topic;
    this.onConnectionChange((isConnected) => {
      if (!isConnected) this.#newUntilMs = Infinity;
      else if (this.#newUntilMs === Infinity) this.#newUntilMs = systemClock.monotonic() + NEW_CONNECTION_MS;
      this.#wake();
    });
    this.#listeners.add((each) => {
      if (each === topic) listener();
    });
  }

  /** Calls `listener` when the connection to the forwarder is lost or re-established. */
  onConnectionChange(listener: (isConnected: boolean) => void): void {
    this.#socket.events.on('handshake', () => listener(true));
    this.#socket.events.on('disconnect', () => listener(false));
  }

  /** Resolves when the server is reachable, but rejects this client; see handshake-errors.ts. */
  get refused(): Promise<RejectionReason> {
    return this.#rejected;
  }

  /** Closes the socket. With `discardsUnsent` it drops unsent messages instead of waiting for a peer that may be gone. */
  async close(discardsUnsent = false): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (discardsUnsent) this.#socket.linger = 0;
    this.#socket.close();
    this.#wake();
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

  /** EAGAIN: the queue of a subscriber is full. Gives the I/O thread a turn, then retries. */
  async #sendAgain(frame: string, firstError: unknown): Promise<void> {
    for (let error = firstError; ;) {
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
    while (!this.#closed) {
      const message = await this.#receive(this.#readsContinuously() ? NO_TIMEOUT : NO_WAIT);
      if (message !== undefined)
        this.#applySubscription(message[0] === SUBSCRIBE, message.toString('utf8', 1));
      else if (!this.#readsContinuously()) await this.#sleep();
    }
  }

  /** Returns undefined if there is no message. */
  async #receive(timeout: number): Promise<Buffer | undefined> {
    if (this.#socket.receiveTimeout !== timeout) this.#socket.receiveTimeout = timeout;
    try {
      return (await this.#socket.receive())[0];
    } catch (error) {
      if (this.#closed || (timeout === NO_WAIT && hasErrnoCode(error, 'EAGAIN'))) return undefined;
      throw new ContextdError('INTERNAL', `publisher failed: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Whether to read subscriptions as they arrive. */
  #readsContinuously(): boolean {
    return (
      this.#closed ||
      this.#onlyTopic === undefined ||
      !this.#hasSeenOnlyTopic ||
      this.#waiting.size > 0 ||
      systemClock.monotonic() < this.#newUntilMs
    );
  }

  #sleep(): Promise<void> {
    this.#checkedMs = systemClock.monotonic();
    this.#sleeping = createDeferred<void>();
    return this.#sleeping.promise;
  }

  #wake(): void {
    this.#sleeping?.resolve();
    this.#sleeping = undefined;
  }

  #applySubscription(isSubscription: boolean, key: string): void {
    if (!isSubscription) {
      this.#subscriptions.delete(key);
      return;
    }
    this.#subscriptions.add(key);
    this.#waiting.get(key)?.resolve();
    this.#waiting.delete(key);
    const topic = key.replace(/ @@@$/, '');
    this.#hasSeenOnlyTopic ||= topic === this.#onlyTopic;
    for (const listener of this.#listeners) listener(topic, key);
  }
}

function closedError(): ContextdError {
  return new ContextdError('BUS_CLOSED', 'the publisher is closed');
}
