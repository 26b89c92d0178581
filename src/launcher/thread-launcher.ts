// Starts services as threads of one process per context, the thread host.

import { randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import { withDeadline } from '../base/deferred.js';
import { createUniqueId } from '../base/ids.js';
import type { BusEndpoints, Connection } from '../bus/connection.js';
import type { HostLog } from '../messages/host-bootstrap.js';
import type { ThreadHostBootstrap } from '../messages/thread-host.js';
import type { ThreadNoticeBody } from '../messages/thread-notice.js';
import { supervisionSchema } from '../model/context.js';
import type { FoundServiceRun } from '../processes/find-runs.js';
import { HOST_TOKEN_PREFIX, parseToken, THREAD_TOKEN_PREFIX } from '../processes/run-token.js';
import { endThreadLeftovers, findThreadHosts, type FoundThreadHost } from './find-thread-hosts.js';
import type { AdoptRequest, LaunchedService, Launcher, LaunchRequest } from './launcher.js';
import type { ProcessLauncher } from './process-launcher.js';
import { ThreadHostProcess } from './thread-host-process.js';

/** The keys of services, as far as the launcher needs them. */
export interface ThreadKeys {
  issue(hostToken: string): { readonly publicKey: string };
  place(token: string, hostToken: string): void;
  forgetHost(host: string): void;
}

export interface ThreadLauncherOptions {
  readonly clock: Clock;
  /** Launches the compiled host/threads/main.js. */
  readonly processes: ProcessLauncher;
  readonly connection: Connection;
  readonly endpoints: BusEndpoints;
  /** See processes/run-token.ts. */
  readonly owner: string;
  /** As in HostBootstrap. */
  readonly presence: string;
  /** Undefined for a provider without <Security>. */
  readonly keys?: ThreadKeys | undefined;
  readonly serverKey?: string;
  readonly workingFolder: string;
  /** The log of the thread host of this context. */
  readonly log: (contextId: string) => HostLog;
}

/** How long a thread host of an earlier provider may take to list its threads, in milliseconds. */
const LIST_MS = 5000;

/** The supervision of the thread host itself; each thread has its own. */
const HOST_SUPERVISION = supervisionSchema.parse({});

export class ThreadLauncher implements Launcher {
  readonly #options: ThreadLauncherOptions;
  /** The thread host in which the next thread is launched, by context id. */
  readonly #current = new Map<string, ThreadHostProcess>();
  readonly #hosts = new Map<string, ThreadHostProcess>();
  /** Thread hosts that an earlier provider has started, by pid. */
  readonly #adopted = new Map<number, LaunchedService>();
  readonly #ending = new Set<Promise<unknown>>();

  constructor(options: ThreadLauncherOptions) {
    this.#options = options;
  }

  launch(request: LaunchRequest): Promise<LaunchedService> {
    const { contextId } = request.bootstrap;
    const host = this.#current.get(contextId) ?? this.#startHost(contextId);
    this.#options.keys?.place(request.token, host.token);
    return host.launch(request);
  }

  /** Call only for threads that `find` has returned. */
  adopt(request: AdoptRequest): LaunchedService {
    const host = this.#hostOf(request.token);
    const process = this.#adopted.get(request.process.pid);
    if (host === undefined || process === undefined)
      throw new Error(`${request.token} is not a thread that was found`);
    this.#options.keys?.place(request.token, host.token);
    return host.adopt(process, request);
  }

  has(token: string): boolean {
    return this.#hostOf(token) !== undefined;
  }

  onNotice(notice: ThreadNoticeBody): void {
    this.#hosts.get(notice.header.host)?.onNotice(notice);
  }

  /** Returns the threads that an earlier provider has left running. Ends the leftovers of all other threads. */
  async find(): Promise<readonly FoundServiceRun[]> {
    const { hosts, threadTokens } = findThreadHosts(this.#options.owner);
    const found = (await Promise.all(hosts.map((each) => this.#takeOver(each)))).flat();
    await endThreadLeftovers(threadTokens, new Set(found.map(({ token }) => token)));
    return found;
  }

  /** Terminates a thread that was found and is not to be adopted. */
  async end(found: FoundServiceRun): Promise<void> {
    const { token, process } = found;
    if (process === undefined) return;
    const service = this.adopt({ token, process, supervision: HOST_SUPERVISION });
    service.stop(() => false, true);
    await service.ended;
  }

  /** Resolves when the thread hosts without threads have ended. */
  async close(): Promise<void> {
    await Promise.all(this.#ending);
  }

  #hostOf(token: string): ThreadHostProcess | undefined {
    return [...this.#hosts.values()].find((host) => host.has(token));
  }

  #startHost(contextId: string): ThreadHostProcess {
    const { endpoints, serverKey, owner, presence, workingFolder, processes } = this.#options;
    const log = this.#options.log(contextId);
    const bootstrap: ThreadHostBootstrap = {
      serviceId: `threads of ${contextId}`,
      contextId,
      host: createUniqueId(),
      key: randomBytes(32).toString('hex'),
      endpoints,
      ...(serverKey === undefined ? {} : { serverKey }),
      log,
      presence,
      orphanGraceMs: HOST_SUPERVISION.orphan_grace_s * 1000,
    };
    const token = `${HOST_TOKEN_PREFIX}${owner}/${contextId}/${bootstrap.host}`;
    const request = { bootstrap, supervision: HOST_SUPERVISION, logFile: log.out, workingFolder, token };
    return this.#add(bootstrap, processes.launch(request), token);
  }

  async #takeOver({ entry, bootstrap }: FoundThreadHost): Promise<readonly FoundServiceRun[]> {
    const process = this.#options.processes.adopt({
      process: entry,
      token: entry.token ?? '',
      supervision: HOST_SUPERVISION,
    });
    this.#adopted.set(entry.pid, process);
    if (bootstrap === undefined) {
      process.stop(() => false, true);
      await process.ended;
      return [];
    }
    const host = this.#add(bootstrap, Promise.resolve(process), entry.token ?? '');
    // It may run another version of this package: it keeps its threads, and new ones start in a host of this version.
    this.#current.delete(bootstrap.contextId);
    const late = () => new Error('the thread host does not reply');
    const tokens = await withDeadline(host.list(), LIST_MS, late, this.#options.clock).catch(() => {
      process.stop(() => false, true);
      return [];
    });
    if (tokens.length === 0) await host.retireIfIdle();
    return tokens.flatMap((token) => {
      const run = parseToken(token.slice(THREAD_TOKEN_PREFIX.length));
      return run === undefined ? [] : [{ ...run, token, process: entry }];
    });
  }

  #add(bootstrap: ThreadHostBootstrap, process: Promise<LaunchedService>, token: string): ThreadHostProcess {
    const { host: id, contextId } = bootstrap;
    const { connection, clock, keys } = this.#options;
    const host: ThreadHostProcess = new ThreadHostProcess({
      bootstrap,
      process,
      token,
      reader: keys?.issue(token).publicKey,
      connection,
      clock,
      retired: () => {
        if (this.#current.get(contextId) === host) this.#current.delete(contextId);
        const ending = host.ended.finally(() => {
          this.#hosts.delete(id);
          keys?.forgetHost(id);
          this.#ending.delete(ending);
        });
        this.#ending.add(ending);
      },
    });
    this.#current.set(contextId, host);
    this.#hosts.set(id, host);
    return host;
  }
}
