// A host that takes several runs, on the side of the provider: sends commands, tracks runs, ends the idle process.

import type { Clock } from '../base/clock.js';
import { createDeferred, type Deferred } from '../base/deferred.js';
import type { Connection } from '../bus/connection.js';
import type { HostBootstrap } from '../messages/host-bootstrap.js';
import { hostCommandTopic, signCommand, type HostCommand } from '../messages/host-command.js';
import type { HostNoticeBody } from '../messages/host-notice.js';
import { SharedTable } from '../processes/kill-tree.js';
import { LaunchedRun, type ExitStatus } from './launched-run.js';
import type { AdoptRequest, LaunchedService, LaunchRequest } from './launcher.js';

/** How to reach a host, as in its HostBootstrap. */
export type HostAddress = Required<Pick<HostBootstrap, 'host' | 'key'>>;

export interface HostProcessParts {
  readonly contextId: string;
  readonly address: HostAddress;
  readonly process: Promise<LaunchedService>;
  /** The token of the run that the host has started with; undefined for an adopted host. */
  readonly first?: string | undefined;
  /** Identifies the process; see processes/run-token.ts. */
  readonly token: string;
  /** The public key for which commands are signed; undefined for a provider without <Security>. */
  readonly reader: string | undefined;
  readonly connection: {
    readonly publisher: Pick<Connection['publisher'], 'hasSubscriber' | 'waitForSubscriber'>;
    publish: Connection['publish'];
  };
  readonly clock: Clock;
}

/** The least time that a run has to terminate, in milliseconds. */
const MIN_TERMINATE_MS = 1000;

/**
 *   the process starts with its first run --> it subscribes to commands --> launch ... launch
 *                                  the last run, or the process, has ended --> exit
 */
export class HostProcess {
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  readonly #parts: HostProcessParts;
  readonly #runs = new Map<string, Deferred<ExitStatus>>();
  readonly #subscribed: Promise<void>;
  readonly #table = new SharedTable();
  #listed: Deferred<readonly string[]> | undefined;
  #process: LaunchedService | undefined;
  #isEnding = false;
  #hasEnded = false;

  constructor(parts: HostProcessParts) {
    this.#parts = parts;
    this.#subscribed = parts.connection.publisher.waitForSubscriber(hostCommandTopic(parts.address.host));
    this.#subscribed.catch(() => undefined);
    this.ended = this.#awaitEnd();
  }

  get token(): string {
    return this.#parts.token;
  }

  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** A host of an earlier provider may run another version of this package: it keeps its runs, and takes no others. */
  takesRunsOf(contextId: string): boolean {
    return !this.#isEnding && this.#parts.first !== undefined && this.#parts.contextId === contextId;
  }

  has(token: string): boolean {
    return this.#runs.has(token);
  }

  /** Throws SVC_LAUNCH_FAILED if the process cannot be started. */
  async launch(request: LaunchRequest): Promise<LaunchedService> {
    const { token, bootstrap, supervision } = request;
    const exited = this.#add(token);
    const process = await this.#parts.process.catch((error: unknown) => {
      this.#runs.delete(token);
      throw error;
    });
    if (token !== this.#parts.first)
      this.#send({ action: 'launch', token, bootstrap, maxHeapMb: supervision.max_heap_mb });
    return this.#createRun(process, request, exited);
  }

  /** Adopts a run that it has listed. */
  adopt(request: AdoptRequest): LaunchedService {
    if (this.#process === undefined) throw new Error(`the host of ${request.token} is not running`);
    return this.#createRun(this.#process, request, this.#add(request.token));
  }

  /** Resolves with the tokens of all runs when the process has reported them. */
  list(): Promise<readonly string[]> {
    this.#listed ??= createDeferred<readonly string[]>();
    this.#send({ action: 'list' });
    return this.#listed.promise;
  }

  onNotice({ header, content: { threads: runs } }: HostNoticeBody): void {
    if (header.action === 'running') {
      // Registered at once, so that no end is missed before a run is adopted.
      for (const { token } of runs) void this.#add(token);
      this.#listed?.resolve(runs.map(({ token }) => token));
    } else for (const run of runs) void this.#onRunEnd(run);
  }

  /** Ends the process if it has no runs. */
  async endIfIdle(): Promise<void> {
    if (this.#runs.size > 0 || this.#hasEnded) return;
    this.#isEnding = true;
    const process = await this.#parts.process;
    process.stop(() => this.#askToExit(), false);
    await process.ended;
  }

  #createRun(
    process: LaunchedService,
    { token, supervision }: Pick<LaunchRequest, 'token' | 'supervision'>,
    exited: Promise<ExitStatus>,
  ): LaunchedService {
    const { clock } = this.#parts;
    return new LaunchedRun({
      pid: process.pid,
      ...{ supervision, clock, exited },
      members: () => ({ token }),
      table: this.#table,
      ask: () => this.#send({ action: 'stop', token }),
      terminate: () => {
        this.#send({ action: 'terminate', token });
        // A thread in a call of native code ends only with its host.
        const limitMs = Math.max(MIN_TERMINATE_MS, supervision.stop_timeout_s * 1000);
        void exited.then(clock.after(limitMs, () => process.stop(() => false, true)));
      },
    });
  }

  /** Resolves when the run has ended and, with the last one, the process. */
  #add(token: string): Promise<ExitStatus> {
    const exited = this.#runs.get(token) ?? createDeferred<ExitStatus>();
    this.#runs.set(token, exited);
    return exited.promise;
  }

  async #onRunEnd(run: HostNoticeBody['content']['threads'][number]): Promise<void> {
    const exited = this.#runs.get(run.token);
    this.#runs.delete(run.token);
    await this.endIfIdle();
    const isOutOfMemory = run.error_code === 'ERR_WORKER_OUT_OF_MEMORY';
    exited?.resolve({ exitCode: run.exit_code, signal: undefined, ...(isOutOfMemory && { isOutOfMemory }) });
  }

  async #awaitEnd(): Promise<void> {
    let end: ExitStatus = { exitCode: undefined, signal: undefined };
    try {
      this.#process = await this.#parts.process;
      end = await this.#process.ended;
    } catch {
      // It could not be started; `launch` has thrown.
    }
    this.#hasEnded = true;
    this.#isEnding = true;
    const { exitCode, signal } = end;
    for (const exited of this.#runs.values()) exited.resolve({ exitCode, signal });
    this.#runs.clear();
  }

  #askToExit(): boolean {
    const { connection, address } = this.#parts;
    this.#send({ action: 'exit' });
    return connection.publisher.hasSubscriber(hostCommandTopic(address.host));
  }

  /** Sends commands in the order of the calls, as soon as the process subscribes. */
  #send(command: HostCommand): void {
    const { connection, address, reader } = this.#parts;
    const { host, key } = address;
    this.#subscribed
      .then(() => connection.publish(hostCommandTopic(host), signCommand(command, key), reader))
      .catch(() => undefined); // The connection was closed: the process detects it.
  }
}
