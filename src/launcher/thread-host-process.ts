// The thread host of one context on the side of the provider: sends orders, tracks threads, ends the idle process.

import { createDeferred, type Deferred } from '../base/deferred.js';
import {
  signOrder,
  threadsTopic,
  type ThreadHostBootstrap,
  type ThreadOrder,
} from '../messages/thread-host.js';
import type { ThreadNoticeBody } from '../messages/thread-notice.js';
import type { Connection } from '../bus/connection.js';
import type { Clock } from '../base/clock.js';
import type { AdoptRequest, LaunchedService, LaunchRequest } from './launcher.js';
import type { ExitStatus } from './process-service.js';
import { ThreadService } from './thread-service.js';

export interface ThreadHostParts {
  readonly bootstrap: Pick<ThreadHostBootstrap, 'host' | 'key'>;
  readonly process: Promise<LaunchedService>;
  /** Identifies the process; see processes/run-token.ts. */
  readonly token: string;
  /** The public key for which orders are signed; undefined for a provider without <Security>. */
  readonly reader: string | undefined;
  readonly connection: Connection;
  readonly clock: Clock;
  /** Called when no further thread may be launched here. */
  readonly retired: () => void;
}

/**
 *   launch() ... launch()            the last thread, or the process, has ended
 *      \-- process starts --> it subscribes to orders --> threads --> exit
 */
export class ThreadHostProcess {
  readonly #parts: ThreadHostParts;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  readonly #threads = new Map<string, RunningThread>();
  readonly #subscribed: Promise<void>;
  #listed: Deferred<readonly string[]> | undefined;
  #hasEnded = false;

  constructor(parts: ThreadHostParts) {
    this.#parts = parts;
    this.#subscribed = parts.connection.publisher.waitForSubscriber(threadsTopic(parts.bootstrap.host));
    this.#subscribed.catch(() => undefined);
    this.ended = this.#awaitEnd();
  }

  /** Throws SVC_LAUNCH_FAILED if the process cannot be started. */
  async launch(order: LaunchRequest): Promise<LaunchedService> {
    const { token, bootstrap, supervision } = order;
    const { ended } = this.#add(token);
    const process = await this.#parts.process.catch((error: unknown) => {
      this.#threads.delete(token);
      throw error;
    });
    this.#send({ action: 'launch', token, bootstrap, maxHeapMb: supervision.max_heap_mb });
    return this.#createService(process, order, ended);
  }

  /** Adopts a thread that runs in this process. */
  adopt(process: LaunchedService, order: AdoptRequest): LaunchedService {
    return this.#createService(process, order, this.#add(order.token).ended);
  }

  get token(): string {
    return this.#parts.token;
  }

  has(token: string): boolean {
    return this.#threads.has(token);
  }

  /** Resolves with the tokens of all running threads when the process has reported them. */
  list(): Promise<readonly string[]> {
    this.#listed ??= createDeferred<readonly string[]>();
    this.#send({ action: 'list' });
    return this.#listed.promise;
  }

  onNotice(notice: ThreadNoticeBody): void {
    const { threads } = notice.content;
    if (notice.header.action === 'running') {
      // Registered at once, so that no end is missed before a thread is adopted.
      for (const { token } of threads) this.#add(token);
      this.#listed?.resolve(threads.map(({ token }) => token));
    } else {
      for (const thread of threads) this.#threads.get(thread.token)?.exited.resolve(describeExit(thread));
    }
  }

  /** Ends the process if it has no threads. */
  async retireIfIdle(): Promise<void> {
    if (this.#threads.size > 0 || this.#hasEnded) return;
    this.#parts.retired();
    const process = await this.#parts.process;
    process.stop(() => this.#askToExit(), false);
    await process.ended;
  }

  #createService(
    process: LaunchedService,
    { token, supervision }: Pick<LaunchRequest, 'token' | 'supervision'>,
    exited: Promise<ExitStatus>,
  ): LaunchedService {
    return new ThreadService({
      pid: process.pid,
      token,
      supervision,
      clock: this.#parts.clock,
      order: (action) => this.#send({ action, token }),
      killHost: () => process.stop(() => false, true),
      exited,
    });
  }

  #add(token: string): RunningThread {
    const known = this.#threads.get(token);
    if (known !== undefined) return known;
    const exited = createDeferred<ExitStatus>();
    const thread = { exited, ended: this.#awaitThread(token, exited.promise) };
    this.#threads.set(token, thread);
    return thread;
  }

  async #awaitThread(token: string, exited: Promise<ExitStatus>): Promise<ExitStatus> {
    const end = await exited;
    this.#threads.delete(token);
    await this.retireIfIdle();
    return end;
  }

  async #awaitEnd(): Promise<void> {
    const end = await this.#parts.process.then(
      (process) => process.ended,
      () => ({ exitCode: undefined, signal: undefined }), // It could not be started; `launch` has thrown.
    );
    this.#hasEnded = true;
    this.#parts.retired();
    const { exitCode, signal } = end;
    for (const { exited } of this.#threads.values()) exited.resolve({ exitCode, signal });
  }

  #askToExit(): boolean {
    this.#send({ action: 'exit' });
    return this.#parts.connection.publisher.hasSubscriber(threadsTopic(this.#parts.bootstrap.host));
  }

  /** Sends orders in the order of the calls, as soon as the process subscribes. */
  #send(order: ThreadOrder): void {
    const { connection, bootstrap, reader } = this.#parts;
    const { host, key } = bootstrap;
    this.#subscribed
      .then(() => connection.publish(threadsTopic(host), signOrder(order, key), reader))
      .catch(() => undefined); // The connection was closed: the process detects it.
  }
}

interface RunningThread {
  readonly exited: Deferred<ExitStatus>;
  /** Resolves when the thread has ended and, with the last one, its process. */
  readonly ended: Promise<ExitStatus>;
}

function describeExit(thread: ThreadNoticeBody['content']['threads'][number]): ExitStatus {
  return {
    exitCode: thread.exit_code,
    signal: undefined,
    ...(thread.error_code === 'ERR_WORKER_OUT_OF_MEMORY' ? { isOutOfMemory: true } : {}),
  };
}
