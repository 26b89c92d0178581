// One thread: starts its worker, passes messages over its port, writes its log, stops and terminates it.

import { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/clock.js';
import { createDeferred } from '../../base/deferred.js';
import { hasErrnoCode, messageOf } from '../../base/errors.js';
import { BOOTSTRAP_VARIABLE } from '../../messages/host-bootstrap.js';
import type { ThreadOrder } from '../../messages/thread-host.js';
import { LogFile, type LogLoss } from '../../base/log-file.js';
import { TOKEN_VARIABLE } from '../../processes/run-token.js';
import { OrphanWatchdog } from '../orphan-watchdog.js';
import type { FromThread, ToThread } from './port-messages.js';

export type ThreadLaunch = Extract<ThreadOrder, { action: 'launch' }>;

/** What a thread needs from its process. */
export interface ThreadPorts {
  readonly clock: Clock;
  /** The compiled worker.js. */
  readonly program: URL;
  publish(frame: string): Promise<void>;
  subscribe(thread: Thread, topic: string): void;
}

export interface ThreadEnd {
  readonly exitCode: number;
  /** The code of the Node error that ended the thread. */
  readonly errorCode: string | undefined;
}

/** The most frames that may wait for a busy thread; further events are dropped. */
const MAX_QUEUED = 10_000;

export class Thread {
  readonly launch: ThreadLaunch;
  /** Resolves when the thread has ended and its messages and output have been processed. */
  readonly ended: Promise<ThreadEnd>;
  readonly #ports: ThreadPorts;
  readonly #worker: Worker;
  readonly #log: LogFile;
  /** Ends the thread when there is no provider. */
  readonly #watch: OrphanWatchdog;
  #queued = 0;
  #dropped = 0;
  #reportedLoss: LogLoss | undefined;
  #errorCode: string | undefined;
  #cancelTerminate: (() => void) | undefined;

  constructor(launch: ThreadLaunch, ports: ThreadPorts) {
    const { bootstrap } = launch;
    this.launch = launch;
    this.#ports = ports;
    this.#log = new LogFile(bootstrap.log);
    this.#worker = startWorker(launch, ports.program);
    this.ended = this.#listen();
    this.#watch = new OrphanWatchdog({
      clock: ports.clock,
      log: this.#log.log,
      graceMs: bootstrap.orphanGraceMs,
      stopTimeoutMs: bootstrap.stopTimeoutMs,
      stop: () => {
        this.#post({ kind: 'provider', presence: 'given_up' });
        this.stop();
      },
      kill: () => this.terminate(),
    });
    // The provider that ordered this thread is running.
    this.setProviderPresence(true);
  }

  setProviderPresence(isPresent: boolean): void {
    if (isPresent) this.#watch.onFound();
    else this.#watch.onLost();
    this.#post({ kind: 'provider', presence: isPresent ? 'present' : 'gone' });
  }

  /** Asks the task to end. */
  stop(): void {
    this.#post({ kind: 'stop' });
  }

  /** As stop, and terminates the thread if it does not end within its stop timeout. */
  stopWithTimeout(): void {
    this.stop();
    this.#cancelTerminate ??= this.#ports.clock.after(this.launch.bootstrap.stopTimeoutMs, () =>
      this.terminate(),
    );
  }

  /** Ends the thread at once, also in an endless loop. */
  terminate(): void {
    void this.#worker.terminate();
  }

  /** Sends a frame to the thread. With `mustDeliver` it is never dropped. */
  deliver(frame: Uint8Array, mustDeliver: boolean): void {
    if (!mustDeliver && this.#queued >= MAX_QUEUED) {
      if (this.#dropped === 0)
        this.#log.log.warn('the task is too slow: events of other services are dropped');
      this.#dropped += 1;
      return;
    }
    this.#queued += 1;
    // Transferred as a copy, because the buffer of the frame may contain other data.
    const own = new Uint8Array(frame);
    this.#worker.postMessage({ kind: 'frame', frame: own } satisfies ToThread, [own.buffer]);
  }

  notifySubscribed(topic: string): void {
    this.#post({ kind: 'subscribed', topic });
  }

  async #listen(): Promise<ThreadEnd> {
    const worker = this.#worker;
    const exited = createDeferred<number>();
    worker.on('message', (message: FromThread) => this.#receive(message));
    worker.on('error', (error: unknown) => this.#onError(error));
    worker.once('exit', (code) => exited.resolve(code));
    const printed = [worker.stdout, worker.stderr].map((stream) => {
      stream.on('data', (bytes: Uint8Array) => this.#print(bytes));
      return new Promise((resolve) => stream.once('close', resolve));
    });
    const exitCode = await exited.promise;
    await Promise.all(printed);
    this.#watch.onFound();
    this.#cancelTerminate?.();
    if (this.#dropped > 0) this.#log.log.warn(`${this.#dropped} events of other services were dropped`);
    this.#log.close();
    return { exitCode, errorCode: this.#errorCode };
  }

  #receive(message: FromThread): void {
    switch (message.kind) {
      case 'publish':
        this.#ports.publish(message.frame).then(
          () => this.#post({ kind: 'published', number: message.number }),
          (error: unknown) =>
            this.#post({ kind: 'published', number: message.number, error: messageOf(error) }),
        );
        return;
      case 'subscribe':
        this.#ports.subscribe(this, message.topic);
        return;
      case 'processed':
        this.#queued -= message.count;
        return;
    }
  }

  #print(bytes: Uint8Array): void {
    this.#log.write(bytes);
    const { loss } = this.#log;
    if (loss === undefined || loss === this.#reportedLoss) return;
    this.#reportedLoss = loss;
    this.#post({ kind: 'log_loss', loss });
  }

  #onError(error: unknown): void {
    const codes = ['ERR_WORKER_OUT_OF_MEMORY', 'ERR_WORKER_INIT_FAILED'];
    this.#errorCode = codes.find((code) => hasErrnoCode(error, code)) ?? 'ERR_UNHANDLED_ERROR';
    this.#log.log.error(messageOf(error), { code: this.#errorCode });
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }
}

/** Children of the thread inherit its token, not that of the process, so that they are ended with the thread. */
function startWorker({ bootstrap, token, maxHeapMb }: ThreadLaunch, program: URL): Worker {
  return new Worker(program, {
    argv: [bootstrap.serviceId],
    ...(bootstrap.loader === undefined ? {} : { execArgv: ['--import', bootstrap.loader] }),
    env: {
      ...process.env,
      [BOOTSTRAP_VARIABLE]: JSON.stringify(bootstrap),
      [TOKEN_VARIABLE]: token,
    },
    name: bootstrap.serviceId,
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    stdout: true,
    stderr: true,
  });
}
