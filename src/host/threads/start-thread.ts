// Runs a task in a worker thread: starts it, passes messages over its port, writes its log, terminates it.

import { Worker } from 'node:worker_threads';
import { createDeferred } from '../../base/deferred.js';
import { hasErrnoCode, messageOf } from '../../base/errors.js';
import type { LogLoss } from '../../base/log-file.js';
import { BOOTSTRAP_VARIABLE, type HostBootstrap, type HostRun } from '../../messages/host-bootstrap.js';
import { TOKEN_VARIABLE } from '../../processes/run-token.js';
import type { HostedRun, RunEnd, RunPorts, StartRun } from '../hosted-run.js';
import type { FromThread, ToThread } from './port-messages.js';

/** The most frames that may wait for a busy thread; further events are dropped. */
const MAX_QUEUED = 10_000;

/** `program` is the compiled worker.js. */
export function startThread(program: URL): StartRun {
  return (run, ports) => new Thread(startWorker(ports.host, run, program), ports);
}

class Thread implements HostedRun {
  readonly ended: Promise<RunEnd>;
  readonly #ports: RunPorts;
  readonly #worker: Worker;
  #queued = 0;
  #dropped = 0;
  #reportedLoss: LogLoss | undefined;
  #errorCode: string | undefined;

  constructor(worker: Worker, ports: RunPorts) {
    this.#ports = ports;
    this.#worker = worker;
    this.ended = this.#listen();
    ports.presence.onChange((state) => this.#post({ kind: 'provider', state }));
  }

  onSubscriber(): void {
    this.#post({ kind: 'subscribed', topic: 'control' });
  }

  stop(): void {
    this.#post({ kind: 'stop' });
  }

  terminate(): void {
    void this.#worker.terminate();
  }

  /** Sends a frame to the thread. Commands are never dropped. */
  #deliver(frame: Uint8Array, topic: string): void {
    if (topic === 'control' && this.#queued >= MAX_QUEUED) {
      if (this.#dropped === 0)
        this.#ports.logFile.log.warn('the task is too slow: events of other services are dropped');
      this.#dropped += 1;
      return;
    }
    this.#queued += 1;
    // Transferred as a copy, because the buffer of the frame may contain other data.
    const own = new Uint8Array(frame);
    this.#worker.postMessage({ kind: 'frame', frame: own, topic } satisfies ToThread, [own.buffer]);
  }

  async #listen(): Promise<RunEnd> {
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
    const { logFile } = this.#ports;
    if (this.#dropped > 0) logFile.log.warn(`${this.#dropped} events of other services were dropped`);
    logFile.close();
    return { exitCode, errorCode: this.#errorCode };
  }

  #receive(message: FromThread): void {
    switch (message.kind) {
      case 'publish':
        void this.#publish(message.frame);
        return;
      case 'subscribe':
        this.#ports.subscribe(message.topic, (frame, topic) => this.#deliver(frame, topic));
        return;
      case 'processed':
        this.#queued -= message.count;
        return;
    }
  }

  async #publish(frame: string): Promise<void> {
    // It fails only when this process ends.
    await this.#ports.connection.publishFrame(frame).catch(() => undefined);
    this.#post({ kind: 'published' });
  }

  #print(bytes: Uint8Array): void {
    const { logFile } = this.#ports;
    logFile.write(bytes);
    const { loss } = logFile;
    if (loss === undefined || loss === this.#reportedLoss) return;
    this.#reportedLoss = loss;
    this.#post({ kind: 'log_loss', loss });
  }

  #onError(error: unknown): void {
    const codes = ['ERR_WORKER_OUT_OF_MEMORY', 'ERR_WORKER_INIT_FAILED'];
    this.#errorCode = codes.find((code) => hasErrnoCode(error, code)) ?? 'ERR_UNHANDLED_ERROR';
    this.#ports.logFile.log.error(messageOf(error), { code: this.#errorCode });
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }
}

/**
 * Children of the thread inherit its token, not that of the process, so that they are ended with the thread. The key of
 * the host is not in the environment of a thread.
 */
function startWorker(host: HostBootstrap, run: HostRun, program: URL): Worker {
  const bootstrap = { ...host, host: undefined, key: undefined, runs: [run] };
  const { serviceId, loader } = run.bootstrap;
  return new Worker(program, {
    argv: [serviceId],
    ...(loader === undefined ? {} : { execArgv: ['--import', loader] }),
    env: {
      ...process.env,
      [BOOTSTRAP_VARIABLE]: JSON.stringify(bootstrap),
      [TOKEN_VARIABLE]: run.token,
    },
    name: serviceId,
    resourceLimits: { maxOldGenerationSizeMb: run.maxHeapMb },
    stdout: true,
    stderr: true,
  });
}
