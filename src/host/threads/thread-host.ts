// Runs the threads of a context in one process: owns the sockets, executes orders of the provider, reports ends of threads.

import type { Clock } from '../../base/clock.js';
import { createDeferred } from '../../base/deferred.js';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { ThrottledLog } from '../../base/throttled-log.js';
import { Connection, type ConnectionSecurity } from '../../bus/connection.js';
import { decodeEnvelope, topicOf } from '../../bus/envelope.js';
import {
  verifyOrder,
  THREADS,
  threadsTopic,
  type ThreadHostBootstrap,
  type ThreadOrder,
} from '../../messages/thread-host.js';
import type { ThreadNoticeBody } from '../../messages/thread-notice.js';
import { onlyFromProvider } from '../host-credentials.js';
import { endLeftovers } from '../own-processes.js';
import { observeProvider, OrphanWatchdog } from '../orphan-watchdog.js';
import { Thread, type ThreadEnd, type ThreadLaunch } from './thread.js';

export interface ThreadHostPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly program: URL;
  /** Undefined for a provider without <Security>. */
  readonly security?: ConnectionSecurity | undefined;
}

type ThreadReport = ThreadNoticeBody['content']['threads'][number];

/**
 *   provider --threads.<host>: launch, stop, terminate, list, exit--> main thread ==port==> thread ts_1
 *   provider <--threads: running, ended------------------------------     |     ==port==> thread ts_2
 *   subscribers <--control, heartbeat.*: events of the threads-------  (SUB, XPUB)
 */
export class ThreadHost {
  readonly #bootstrap: ThreadHostBootstrap;
  readonly #ports: ThreadHostPorts;
  readonly #connection: Connection;
  readonly #ignoredOrders: ThrottledLog;
  readonly #threads = new Map<string, Thread>();
  readonly #readers = new Map<string, Set<Thread>>();
  readonly #done = createDeferred<void>();
  readonly #watch: OrphanWatchdog;
  /** This process ends when its last thread has ended. */
  #endsWhenIdle = false;

  constructor(bootstrap: ThreadHostBootstrap, ports: ThreadHostPorts) {
    this.#bootstrap = bootstrap;
    this.#ports = ports;
    this.#ignoredOrders = new ThrottledLog(
      (line, count) => ports.log.warn(line, { so_far: count }),
      ports.clock,
    );
    const topics = [threadsTopic(bootstrap.host)];
    const { security, log } = ports;
    const receive = onlyFromProvider((frame) => this.#receive(frame), security, log);
    this.#connection = new Connection(bootstrap.endpoints, topics, receive, security);
    this.#watch = new OrphanWatchdog({
      clock: ports.clock,
      log: ports.log,
      graceMs: bootstrap.orphanGraceMs,
      stopTimeoutMs: 0,
      // Each thread has its own orphan grace.
      stop: () => this.#endWhenIdle(),
      kill: () => undefined,
    });
    const { publisher } = this.#connection;
    observeProvider(publisher, bootstrap.presence, (isPresent) => this.#onProviderChange(isPresent));
    publisher.onSubscribeTo('control', () => this.#onSubscriber());
  }

  get hasProvider(): boolean {
    return this.#watch.isPresent;
  }

  /** Resolves when this process may end. */
  async run(): Promise<void> {
    await this.#done.promise;
    await this.#connection.close();
  }

  /** Asks all threads to end; this process ends after them. */
  stop(): void {
    for (const thread of this.#threads.values()) thread.stopWithTimeout();
    this.#endWhenIdle();
  }

  #receive(frame: Uint8Array): void {
    const topic = topicOf(frame);
    if (topic === undefined) return;
    if (topic === threadsTopic(this.#bootstrap.host)) this.#receiveOrder(frame);
    else for (const thread of this.#readers.get(topic) ?? []) thread.deliver(frame, topic !== 'control');
  }

  #receiveOrder(frame: Uint8Array): void {
    try {
      const order = verifyOrder(decodeEnvelope(frame).body, this.#bootstrap.key);
      if (order === undefined)
        this.#ignoredOrders.record('', 'ignored an order that was not signed by the provider');
      else this.#handleOrder(order);
    } catch (error) {
      this.#ignoredOrders.record('', messageOf(error));
    }
  }

  #handleOrder(order: ThreadOrder): void {
    switch (order.action) {
      case 'launch':
        void this.#run(order);
        return;
      case 'stop':
        this.#threads.get(order.token)?.stop();
        return;
      case 'terminate':
        this.#threads.get(order.token)?.terminate();
        return;
      case 'list':
        this.#notify(
          'running',
          [...this.#threads.keys()].map((token) => ({ token })),
        );
        return;
      case 'exit':
        this.#endWhenIdle();
        return;
    }
  }

  async #run(launch: ThreadLaunch): Promise<void> {
    const { token } = launch;
    this.#endsWhenIdle = false;
    if (this.#threads.has(token)) return;
    const thread = this.#start(launch);
    if (thread === undefined) return;
    this.#threads.set(token, thread);
    if (this.#connection.publisher.hasSubscriber('control')) thread.notifySubscribed('control');
    const end = await thread.ended;
    if (!this.#watch.isPresent) await endLeftovers({ token }, this.#ports.log);
    this.#onThreadEnd(thread, end);
  }

  #onThreadEnd(thread: Thread, { exitCode, errorCode }: ThreadEnd): void {
    const { token } = thread.launch;
    this.#threads.delete(token);
    for (const topic of this.#readers.keys()) this.#unsubscribe(thread, topic);
    const code = errorCode === undefined ? {} : { error_code: errorCode };
    this.#notify('ended', [{ token, exit_code: exitCode, ...code }]);
    // Without a provider no further thread will be launched here.
    if (this.#endsWhenIdle || !this.#watch.isPresent) this.#endWhenIdle();
  }

  #start(launch: ThreadLaunch): Thread | undefined {
    try {
      return new Thread(launch, {
        clock: this.#ports.clock,
        program: this.#ports.program,
        publish: (frame) => this.#connection.publishFrame(frame),
        subscribe: (thread, topic) => this.#subscribe(thread, topic),
      });
    } catch (error) {
      this.#ports.log.error(`cannot start a thread for ${launch.bootstrap.serviceId}: ${messageOf(error)}`);
      this.#notify('ended', [{ token: launch.token, exit_code: 1, error_code: 'ERR_WORKER_INIT_FAILED' }]);
      return undefined;
    }
  }

  /** One subscription serves all threads that read the topic. */
  #subscribe(thread: Thread, topic: string): void {
    const readers = this.#readers.get(topic) ?? new Set();
    if (readers.size === 0) this.#connection.subscribe(topic);
    this.#readers.set(topic, readers.add(thread));
  }

  #unsubscribe(thread: Thread, topic: string): void {
    const readers = this.#readers.get(topic);
    if (readers?.delete(thread) !== true || readers.size > 0) return;
    this.#readers.delete(topic);
    this.#connection.unsubscribe(topic);
  }

  /** Waits until there is a provider, so that the notice is never lost. */
  #notify(action: ThreadNoticeBody['header']['action'], threads: ThreadReport[]): void {
    const notice: ThreadNoticeBody = {
      header: { action, host: this.#bootstrap.host },
      content: { threads },
    };
    this.#connection.publisher
      .waitForSubscriber(THREADS)
      .then(() => this.#connection.publish(THREADS, notice))
      .catch((error: unknown) => this.#ports.log.warn(messageOf(error)));
  }

  #onProviderChange(isPresent: boolean): void {
    if (isPresent) this.#watch.onFound();
    else this.#watch.onLost();
    for (const thread of this.#threads.values()) thread.setProviderPresence(isPresent);
    if (isPresent) this.#endsWhenIdle = false;
  }

  /** A subscriber for events of the threads has connected. */
  #onSubscriber(): void {
    for (const thread of this.#threads.values()) thread.notifySubscribed('control');
  }

  #endWhenIdle(): void {
    this.#endsWhenIdle = true;
    if (this.#threads.size === 0) this.#done.resolve();
  }
}
