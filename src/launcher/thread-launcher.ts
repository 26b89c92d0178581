// Starts services as threads of one process per context; that process is started and stopped as a service's is.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Clock } from '../base/clock.js';
import { withDeadline } from '../base/deferred.js';
import { createUniqueId } from '../base/ids.js';
import type { BusEndpoints, Connection } from '../bus/connection.js';
import { BOOTSTRAP_VARIABLE, type HostLog } from '../messages/host-bootstrap.js';
import type { ThreadHostBootstrap } from '../messages/thread-host.js';
import type { ThreadNoticeBody } from '../messages/thread-notice.js';
import { supervisionSchema } from '../model/context.js';
import type { AdoptRequest, LaunchedService, Launcher, LaunchRequest } from './launcher.js';
import { type FoundService } from '../processes/find-runs.js';
import type { ProcessLauncher } from './process-launcher.js';
import { readProcessTable, type ProcessEntry } from '../processes/process-table.js';
import { parseToken, HOST_TOKEN_PREFIX, THREAD_TOKEN_PREFIX } from '../processes/run-token.js';
import { sweep } from '../processes/kill-tree.js';
import { ThreadHostProcess } from './thread-host-process.js';

/** What the launcher needs of the keys of services. */
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
  /** Of the process that holds the threads of this context. */
  readonly log: (contextId: string) => HostLog;
}

/** How long a process that an earlier provider has left may take to say which threads it has. */
const ANSWER_MS = 5000;

/** What the process itself is given; its threads have limits of their own. */
const HOST_SUPERVISION = supervisionSchema.parse({});

export class ThreadLauncher implements Launcher {
  readonly #options: ThreadLauncherOptions;
  /** Where the next thread of a context is launched. */
  readonly #current = new Map<string, ThreadHostProcess>();
  readonly #hosts = new Map<string, ThreadHostProcess>();
  /** Processes that an earlier provider has started, by pid. */
  readonly #adopted = new Map<number, LaunchedService>();
  readonly #ending = new Set<Promise<unknown>>();

  constructor(options: ThreadLauncherOptions) {
    this.#options = options;
  }

  launch(order: LaunchRequest): Promise<LaunchedService> {
    const { contextId } = order.bootstrap;
    const host = this.#current.get(contextId) ?? this.#startHost(contextId);
    this.#options.keys?.place(order.token, host.token);
    return host.launch(order);
  }

  /** Only for what `find` has found. */
  adopt(order: AdoptRequest): LaunchedService {
    const host = this.#hostOf(order.token);
    const process = this.#adopted.get(order.process.pid);
    if (host === undefined || process === undefined)
      throw new Error(`${order.token} is no thread that was found`);
    this.#options.keys?.place(order.token, host.token);
    return host.adopt(process, order);
  }

  has(token: string): boolean {
    return this.#hostOf(token) !== undefined;
  }

  onNotice(notice: ThreadNoticeBody): void {
    this.#hosts.get(notice.header.host)?.onNotice(notice);
  }

  /** The threads that an earlier provider has left running. What is left of others is swept. */
  async find(): Promise<readonly FoundService[]> {
    const { owner } = this.#options;
    const table = readProcessTable();
    const isHost = (each: ProcessEntry) =>
      each.pid === each.group && each.token?.startsWith(`${HOST_TOKEN_PREFIX}${owner}/`) === true;
    const found = (await Promise.all(table.filter(isHost).map((each) => this.#takeOver(each)))).flat();
    const living = new Set(found.map(({ token }) => token));
    const tokens = new Set(table.flatMap(({ token }) => token ?? []));
    for (const token of tokens) {
      const isOurs = token.startsWith(`${THREAD_TOKEN_PREFIX}${owner}/`);
      if (isOurs && !living.has(token)) await sweep({ token });
    }
    return found;
  }

  /** Terminates a thread that was found and is not wanted. */
  async end(found: FoundService): Promise<void> {
    const { token, process } = found;
    if (process === undefined) return;
    const service = this.adopt({ token, process, supervision: HOST_SUPERVISION });
    service.stop(() => false, true);
    await service.ended;
  }

  /** Resolves when the processes that have no threads any more are gone. */
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
    const order = { bootstrap, supervision: HOST_SUPERVISION, logFile: log.out, workingFolder, token };
    return this.#add(bootstrap, processes.launch(order), token);
  }

  async #takeOver(entry: ProcessEntry): Promise<readonly FoundService[]> {
    const bootstrap = readBootstrap(entry.pid);
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
    const late = () => new Error('it does not answer');
    const tokens = await withDeadline(host.list(), ANSWER_MS, late, this.#options.clock).catch(() => {
      process.stop(() => false, true);
      return [];
    });
    if (tokens.length === 0) await host.retireIfIdle();
    return tokens.flatMap((token) => {
      const mark = parseToken(token.slice(THREAD_TOKEN_PREFIX.length));
      return mark === undefined ? [] : [{ ...mark, token, process: entry }];
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

/** The process was started with it in its environment, which only its own user can read. */
function readBootstrap(pid: number): ThreadHostBootstrap | undefined {
  try {
    const start = `${BOOTSTRAP_VARIABLE}=`;
    const text = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .find((each) => each.startsWith(start));
    return text === undefined ? undefined : (JSON.parse(text.slice(start.length)) as ThreadHostBootstrap);
  } catch {
    return undefined;
  }
}
