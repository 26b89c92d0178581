// Starts runs in hosts: a process service in a host of its own, the thread services of a context in one that they share.

import type { Clock } from '../base/clock.js';
import { withDeadline } from '../base/deferred.js';
import { createUniqueId } from '../base/ids.js';
import { systemRandom } from '../base/random.js';
import type { BusEndpoints } from '../bus/connection.js';
import type { HostBootstrap, HostLog, HostRun } from '../messages/host-bootstrap.js';
import type { HostNoticeBody } from '../messages/host-notice.js';
import { supervisionSchema } from '../model/context.js';
import { findServiceRuns, type FoundServiceRun } from '../processes/find-runs.js';
import { HOST_TOKEN_PREFIX, parseToken } from '../processes/run-token.js';
import { findHosts, type FoundHost } from './find-hosts.js';
import { HostProcess, type HostProcessParts } from './host-process.js';
import type { AdoptRequest, LaunchedService, Launcher, LaunchRequest } from './launcher.js';
import type { ProcessLauncher } from './process-launcher.js';

/** The keys of services, as far as the launcher needs them. */
export interface HostKeys {
  issue(hostToken: string): { readonly publicKey: string };
  place(token: string, hostToken: string): void;
  forgetHost(host: string): void;
}

export interface HostLauncherOptions {
  readonly clock: Clock;
  readonly processes: ProcessLauncher;
  /** Ends services that cannot end themselves; see orphan-reaper/reaper.ts. */
  readonly reaper: { start(): void };
  readonly connection: HostProcessParts['connection'];
  readonly endpoints: BusEndpoints;
  /** See processes/run-token.ts. */
  readonly owner: string;
  /** As in HostBootstrap. */
  readonly presence: string;
  /** Undefined for a provider without <Security>. */
  readonly keys?: HostKeys | undefined;
  readonly serverKey?: string | undefined;
  /** The log of the process that the threads of this context share. */
  readonly threadsLog: (contextId: string) => HostLog;
}

/** How long a host of an earlier provider may take to list its runs, in milliseconds. */
const LIST_MS = 5000;

/** The supervision of a shared host itself; each run in it has its own. */
const HOST_SUPERVISION = supervisionSchema.parse({});

export class HostLauncher implements Launcher {
  readonly #options: HostLauncherOptions;
  /** The hosts that take commands, by id. */
  readonly #hosts = new Map<string, HostProcess>();

  constructor(options: HostLauncherOptions) {
    this.#options = options;
  }

  launch(request: LaunchRequest): Promise<LaunchedService> {
    const { serviceType, contextId } = request.bootstrap;
    if (serviceType === 'Process') return this.#launchAlone(request);
    const host = this.#find((each) => each.takesRunsOf(contextId)) ?? this.#startHost(request);
    this.#options.keys?.place(request.token, host.token);
    return host.launch(request);
  }

  /** Call only for runs that `find` has returned. */
  adopt(request: AdoptRequest): LaunchedService {
    const host = this.#find((each) => each.has(request.token));
    if (host === undefined) {
      this.#options.reaper.start();
      return this.#options.processes.adopt(request);
    }
    this.#options.keys?.place(request.token, host.token);
    return host.adopt(request);
  }

  onNotice(notice: HostNoticeBody): void {
    this.#hosts.get(notice.header.host)?.onNotice(notice);
  }

  /** Returns the runs that an earlier provider has left. */
  async find(): Promise<readonly FoundServiceRun[]> {
    const { owner } = this.#options;
    const threads = (await Promise.all(findHosts(owner).map((each) => this.#takeOver(each)))).flat();
    const others = findServiceRuns(owner).filter(
      ({ token }) => !threads.some((thread) => thread.token === token),
    );
    return [...threads, ...others];
  }

  /** Ends a run that was found and is not to be adopted. Returns false if it is not in a host that takes commands. */
  async end({ token, process }: FoundServiceRun): Promise<boolean> {
    if (process === undefined || this.#find((each) => each.has(token)) === undefined) return false;
    const service = this.adopt({ token, process, supervision: HOST_SUPERVISION });
    service.stop(() => false, true);
    await service.ended;
    return true;
  }

  /** Resolves when the hosts without runs have ended. */
  async close(): Promise<void> {
    const ending = [...this.#hosts.values()].filter((host) => host.isEnding);
    await Promise.all(ending.map((host) => host.ended));
  }

  #find(isWanted: (host: HostProcess) => boolean): HostProcess | undefined {
    return [...this.#hosts.values()].find(isWanted);
  }

  /** The host of a process service ends with it, so the service is stopped as its process. */
  #launchAlone(request: LaunchRequest): Promise<LaunchedService> {
    const { serviceId, log, orphanGraceMs, stopTimeoutMs } = request.bootstrap;
    const own = { serviceId, log, orphanGraceMs, stopTimeoutMs };
    this.#options.reaper.start();
    return this.#options.processes.launch({
      ...request,
      bootstrap: { ...own, ...this.#bus(), runsIn: 'main_thread', runs: [composeRun(request)] },
    });
  }

  /** Starts a host with its first thread. */
  #startHost(first: LaunchRequest): HostProcess {
    const { owner, processes, threadsLog } = this.#options;
    const { contextId } = first.bootstrap;
    const address = { host: createUniqueId(), key: systemRandom.bytes(32).toString('hex') };
    const token = `${HOST_TOKEN_PREFIX}${owner}/${contextId}/${address.host}`;
    const bootstrap: HostBootstrap = {
      serviceId: `threads of ${contextId}`,
      runsIn: 'worker_threads',
      runs: [composeRun(first)],
      ...address,
      contextId,
      ...this.#bus(),
      log: threadsLog(contextId),
      orphanGraceMs: HOST_SUPERVISION.orphan_grace_s * 1000,
      stopTimeoutMs: HOST_SUPERVISION.stop_timeout_s * 1000,
    };
    const process = processes.launch({ bootstrap, supervision: HOST_SUPERVISION, token });
    return this.#add({ contextId, address, process, token, first: first.token });
  }

  #bus(): Pick<HostBootstrap, 'endpoints' | 'serverKey' | 'presence'> {
    const { endpoints, serverKey, presence } = this.#options;
    return { endpoints, presence, ...(serverKey === undefined ? {} : { serverKey }) };
  }

  async #takeOver({ entry, bootstrap }: FoundHost): Promise<readonly FoundServiceRun[]> {
    const token = entry.token ?? '';
    const process = this.#options.processes.adopt({ process: entry, token, supervision: HOST_SUPERVISION });
    const kill = () => process.stop(() => false, true);
    if (bootstrap === undefined) {
      kill();
      await process.ended;
      return [];
    }
    const { contextId, ...address } = bootstrap;
    const host = this.#add({ contextId, address, process: Promise.resolve(process), token });
    const late = () => new Error('the host does not reply');
    const tokens = await withDeadline(host.list(), LIST_MS, late, this.#options.clock).catch(() => {
      kill();
      return [];
    });
    if (tokens.length === 0) await host.endIfIdle();
    return tokens.flatMap((each) => {
      const run = parseToken(each);
      return run === undefined ? [] : [{ ...run, token: each, process: entry }];
    });
  }

  #add(parts: Pick<HostProcessParts, 'contextId' | 'address' | 'process' | 'token' | 'first'>): HostProcess {
    const { connection, clock, keys } = this.#options;
    const { host: id } = parts.address;
    const reader = keys?.issue(parts.token).publicKey;
    const host = new HostProcess({ ...parts, connection, clock, reader });
    this.#hosts.set(id, host);
    void host.ended.then(() => {
      this.#hosts.delete(id);
      keys?.forgetHost(id);
    });
    return host;
  }
}

function composeRun({ token, bootstrap, supervision }: LaunchRequest): HostRun {
  return { token, bootstrap, maxHeapMb: supervision.max_heap_mb };
}
