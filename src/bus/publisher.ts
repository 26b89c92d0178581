// A publisher that knows what is wanted: it sees subscriptions arrive, so nothing is sent too early.

import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import { createDeferred, type Deferred } from '../base/deferred.js';
import { addressOptions } from './endpoint.js';
import { subscriptionOf } from './envelope.js';
import { watchRefusal, type RefusalReason } from './handshake-errors.js';
import { clientOptions, type ClientSecurity } from './security.js';
import { CONNECTING, HIGH_WATER_MARK, LINGER_MS, zmq } from './zmq.js';

const SUBSCRIBE = 1;

/** How often a publisher of one interest looks through the subscriptions that have come, at most. */
const LOOK_MS = 1000;

/** How long a connection that was made again counts as new: its forwarder may be there before its provider listens. */
const SETTLE_MS = 5000;

/** ZMQ_RCVTIMEO: until there is something; only what is there already. */
const WAIT = -1;
const LOOK = 0;

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
  readonly #listeners = new Set<(topic: string, subscription: string) => void>();
  /** The only topic that matters, if there is just one. */
  #interest: string | undefined;
  /** Somebody has asked for it. */
  #isInterestKnown = false;
  /** Until then the connection counts as lost, or as new again: subscriptions are read as they come. */
  #newUntilMs = 0;
  /** Resolves when subscriptions are to be read again. */
  #asleep: Deferred<void> | undefined;
  #lookedMs = 0;
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
      ...addressOptions(endpoint),
      ...clientOptions(security),
    });
    const refused = new Promise<RefusalReason>((resolve) => watchRefusal(socket, resolve));
    socket.connect(endpoint);
    return new Publisher(socket, refused);
  }

  /** Sends a frame; resolves when it is handed to ZeroMQ. Frames leave in the order of the calls. */
  publish(frame: string): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    if (this.#asleep !== undefined && performance.now() - this.#lookedMs > LOOK_MS) this.#wake();
    const sent = createDeferred<void>();
    this.#queue.push({ frame, sent });
    if (!this.#sending) void this.#drain();
    return sent.promise;
  }

  /** True when at least one reader wants exactly this topic. */
  hasSubscriber(topic: string): boolean {
    return this.#wanted.has(subscriptionOf(topic));
  }

  /** Resolves as soon as a reader of exactly this topic is there; rejects when closed before. */
  waitForSubscriber(topic: string): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    const key = subscriptionOf(topic);
    if (this.#wanted.has(key)) return Promise.resolve();
    const waiting = this.#waiting.get(key) ?? createDeferred<void>();
    this.#waiting.set(key, waiting);
    this.#wake();
    return waiting.promise;
  }

  /** As waitForSubscriber, but subscriptions that have come so far do not count. */
  whenWantedAgain(topic: string): Promise<void> {
    this.#wanted.delete(subscriptionOf(topic));
    return this.waitForSubscriber(topic);
  }

  /** Calls `listener` for every subscription that arrives, also a second equal one; `subscription` is all of its text. */
  onSubscribe(listener: (topic: string, subscription: string) => void): void {
    this.#listeners.add(listener);
  }

  /**
   * As onSubscribe, for one topic and one listener, and lets all others lie: else each of many services would be
   * woken by whatever anybody subscribes. On a new connection `listener` is called at once. Afterwards both `listener`
   * and `hasSubscriber` lag: subscriptions are read again with a `publish`, at most every second.
   */
  onSubscribeTo(topic: string, listener: () => void): void {
    this.#interest = topic;
    this.onConnectionChange((isConnected) => {
      if (!isConnected) this.#newUntilMs = Infinity;
      else if (this.#newUntilMs === Infinity) this.#newUntilMs = performance.now() + SETTLE_MS;
      this.#wake();
    });
    this.#listeners.add((each) => {
      if (each === topic) listener();
    });
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
    while (!this.#closed) {
      const notice = await this.#receive(this.#isAttentive() ? WAIT : LOOK);
      if (notice !== undefined) this.#note(notice[0] === SUBSCRIBE, notice.toString('utf8', 1));
      else if (!this.#isAttentive()) await this.#sleep();
    }
  }

  /** Undefined when there is nothing to be read. */
  async #receive(timeout: number): Promise<Buffer | undefined> {
    if (this.#socket.receiveTimeout !== timeout) this.#socket.receiveTimeout = timeout;
    try {
      return (await this.#socket.receive())[0];
    } catch (error) {
      if (this.#closed || (timeout === LOOK && hasErrnoCode(error, 'EAGAIN'))) return undefined;
      throw new ContextdError('INTERNAL', `publisher failed: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Whether subscriptions are to be read as they come. */
  #isAttentive(): boolean {
    return (
      this.#closed ||
      this.#interest === undefined ||
      !this.#isInterestKnown ||
      this.#waiting.size > 0 ||
      performance.now() < this.#newUntilMs
    );
  }

  #sleep(): Promise<void> {
    this.#lookedMs = performance.now();
    this.#asleep = createDeferred<void>();
    return this.#asleep.promise;
  }

  #wake(): void {
    this.#asleep?.resolve();
    this.#asleep = undefined;
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
    this.#isInterestKnown ||= topic === this.#interest;
    for (const listener of this.#listeners) listener(topic, key);
  }
}

function closedError(): ContextdError {
  return new ContextdError('BUS_CLOSED', 'the publisher is closed');
}
