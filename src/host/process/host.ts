// The runs of one process: owns the connection, starts and ends runs, executes commands of the provider.

import { createDeferred } from '../../base/deferred.js';
import { messageOf } from '../../base/errors.js';
import { LogFile } from '../../base/log-file.js';
import type { Connection } from '../../bus/connection.js';
import { topicOf } from '../../bus/envelope.js';
import type { FrameHandler } from '../../bus/subscriber.js';
import type { HostBootstrap, HostRun } from '../../messages/host-bootstrap.js';
import { hostCommandTopic, type HostCommand } from '../../messages/host-command.js';
import type { HostedRun, RunEnd, RunPorts, StartRun } from '../hosted-run.js';
import { observeProvider, OrphanWatchdog } from '../orphan-watchdog.js';
import { endLeftovers } from '../own-processes.js';
import { CommandChannel } from './command-channel.js';
import { TopicReaders } from './topic-readers.js';

export interface HostPorts extends Pick<RunPorts, 'clock' | 'security' | 'groups' | 'endProcess'> {
  /** The log of the process. */
  readonly logFile: LogFile;
  readonly start: StartRun;
  /** Connects to the bus; passes the frames that may be trusted to `receive`. */
  readonly connect: (topics: readonly string[], receive: FrameHandler) => Connection;
}

interface LiveRun {
  readonly run: HostedRun;
  readonly watch: OrphanWatchdog;
  readonly stopTimeoutMs: number;
}

/**
 *   provider --process.T.ts_1: start, stop, acknowledge--------------> run ts_1, in the main thread or a worker thread
 *   subscribers <--control, heartbeat.*------------------------------- run ts_1
 *
 * Only a host that takes commands:
 *   provider --threads.<host>: launch, stop, terminate, list, exit---> Host
 *   provider <--threads: running, ended------------------------------- Host
 */
export class Host {
  readonly #bootstrap: HostBootstrap;
  readonly #ports: HostPorts;
  readonly #connection: Connection;
  readonly #readers: TopicReaders;
  readonly #runs = new Map<string, LiveRun>();
  readonly #done = createDeferred<RunEnd>();
  /** Undefined for a host that takes no commands. */
  readonly #channel: CommandChannel | undefined;
  #hasProvider = false;
  /** No further run is expected. */
  #endsWhenIdle = true;

  /** Starts the runs of the bootstrap. */
  constructor(bootstrap: HostBootstrap, ports: HostPorts) {
    const { host, key = '', presence, runs } = bootstrap;
    this.#bootstrap = bootstrap;
    this.#ports = ports;
    const topics = host === undefined ? [] : [hostCommandTopic(host)];
    const connection = ports.connect(topics, (frame) => this.#receive(frame));
    this.#connection = connection;
    this.#readers = new TopicReaders(connection);
    if (host !== undefined) {
      const execute = (command: HostCommand) => this.#execute(command);
      this.#channel = new CommandChannel(host, key, { connection, log: ports.logFile.log, execute });
      this.#endsWhenIdle = false;
      connection.publisher.onSubscribeTo('control', () => this.#onSubscriber());
    }
    observeProvider(connection.publisher, presence, (isPresent) => this.#onProviderChange(isPresent));
    for (const run of runs) this.#launch(run);
    // Only if none could be started.
    this.#endIfIdle({ exitCode: 1 });
  }

  get hasProvider(): boolean {
    return this.#hasProvider;
  }

  /** Resolves when this process may end. */
  async run(): Promise<RunEnd> {
    const end = await this.#done.promise;
    await this.#connection.close();
    return end;
  }

  /** Asks all tasks to end; this process ends after them. */
  stop(): void {
    for (const { run, stopTimeoutMs } of this.#runs.values()) {
      run.stop();
      // A process that does not end can be killed from outside, a run in it only here.
      if (this.#channel !== undefined) this.#ports.clock.after(stopTimeoutMs, () => run.terminate());
    }
    this.#endsWhenIdle = true;
    this.#endIfIdle();
  }

  /** Ends the runs in the main thread after an error that their code has not caught. */
  crash(error: unknown): void {
    for (const { run } of this.#runs.values()) run.crash?.(error);
  }

  #receive(frame: Uint8Array): void {
    const topic = topicOf(frame);
    if (topic === undefined) return;
    if (topic === this.#channel?.topic) this.#channel.receive(frame);
    else this.#readers.deliver(frame, topic);
  }

  #execute(command: HostCommand): void {
    switch (command.action) {
      case 'launch':
        this.#endsWhenIdle = false;
        this.#launch(command);
        return;
      case 'stop':
        this.#runs.get(command.token)?.run.stop();
        return;
      case 'terminate':
        this.#runs.get(command.token)?.run.terminate();
        return;
      case 'list': {
        const runs = [...this.#runs.keys()].map((token) => ({ token }));
        this.#channel?.notify('running', runs);
        return;
      }
      case 'exit':
        this.#endsWhenIdle = true;
        this.#endIfIdle();
        return;
    }
  }

  #launch(launch: HostRun): void {
    const { token } = launch;
    if (this.#runs.has(token)) return;
    try {
      const live = this.#start(launch);
      this.#runs.set(token, live);
      if (this.#hasProvider) live.watch.onFound();
      if (this.#connection.publisher.hasSubscriber('control')) live.run.onSubscriber?.();
      void live.run.ended.then((end) => this.#onEnd(token, live, end));
    } catch (error) {
      this.#ports.logFile.log.error(`cannot start ${launch.bootstrap.serviceId}: ${messageOf(error)}`);
      this.#reportEnd(token, { exitCode: 1, errorCode: 'ERR_WORKER_INIT_FAILED' });
    }
  }

  #start(launch: HostRun): LiveRun {
    const { token, bootstrap } = launch;
    const { orphanGraceMs: graceMs, stopTimeoutMs } = bootstrap;
    const { clock, security, groups, endProcess, start } = this.#ports;
    const isInMainThread = this.#bootstrap.runsIn === 'main_thread';
    const logFile = isInMainThread ? this.#ports.logFile : new LogFile(bootstrap.log);
    const watch = new OrphanWatchdog({
      ...{ clock, log: logFile.log, graceMs, stopTimeoutMs },
      stop: () => run.stop(),
      kill: () => run.terminate(),
    });
    let run: HostedRun;
    try {
      run = start(launch, {
        ...{ clock, security, groups, endProcess, logFile },
        ...{ host: this.#bootstrap, connection: this.#connection, presence: watch.presence },
        subscribe: (topic, read) => this.#readers.add(token, topic, read),
      });
    } catch (error) {
      watch.close();
      throw error;
    }
    return { run, watch, stopTimeoutMs };
  }

  async #onEnd(token: string, { watch }: LiveRun, end: RunEnd): Promise<void> {
    watch.close();
    // A process has more leftovers than those with its token: see main.ts.
    if (this.#channel !== undefined && !this.#hasProvider)
      await endLeftovers({ token }, this.#ports.logFile.log);
    this.#runs.delete(token);
    this.#readers.remove(token);
    this.#reportEnd(token, end);
    this.#endIfIdle(end);
  }

  #reportEnd(token: string, { exitCode, errorCode }: RunEnd): void {
    const code = errorCode === undefined ? {} : { error_code: errorCode };
    this.#channel?.notify('ended', [{ token, exit_code: exitCode, ...code }]);
  }

  /** Without a provider no further run will be launched here. */
  #endIfIdle(end: RunEnd = { exitCode: 0 }): void {
    if (this.#runs.size === 0 && (this.#endsWhenIdle || !this.#hasProvider)) this.#done.resolve(end);
  }

  #onProviderChange(isPresent: boolean): void {
    this.#hasProvider = isPresent;
    for (const { watch } of this.#runs.values()) {
      if (isPresent) watch.onFound();
      else watch.onLost();
    }
    if (!isPresent) this.#endIfIdle();
  }

  /** A subscriber for events of services has connected. */
  #onSubscriber(): void {
    for (const { run } of this.#runs.values()) run.onSubscriber?.();
  }
}
