// Opens what starts and stops services: processes, threads, the orphan reaper and the preparation of code.

import type { Closers } from '../base/closers.js';
import type { Clock } from '../base/clock.js';
import { builtFile } from '../base/package.js';
import type { BusEndpoints, Connection } from '../bus/connection.js';
import { presenceTopic } from '../messages/topics.js';
import { supervisionSchema, type TaskService } from '../model/context.js';
import type { ContextFile } from '../model/read/read-context.js';
import { RunTracker } from '../processes/run-tracker.js';
import type { Launcher } from './launcher.js';
import { serviceRootsOf } from './locate-service.js';
import { OrphanReaper } from './orphan-reaper/reaper.js';
import { createCodeCheck, HOST_PROGRAMS, openPreparation, type PrepareCode } from './prepare-code.js';
import { createProcessLauncher, type ProcessLauncherOptions } from './process-launcher.js';
import { limitLog, locateThreadsLog } from './service-logs.js';
import { ThreadLauncher, type ThreadKeys } from './thread-launcher.js';

export interface LaunchersOptions {
  readonly file: ContextFile;
  /** Folders, besides those of the context file, that code may be loaded from. */
  readonly serviceRoots: readonly string[];
  readonly clock: Clock;
  readonly stateFolder: string;
  /** Names the provider's state folder: see processes/run-token.ts. */
  readonly owner: string;
  readonly hasControlGroups: boolean;
  readonly connection: Connection;
  readonly endpoints: BusEndpoints;
  /** Undefined for a provider without <Security>. */
  readonly security: LauncherSecurity | undefined;
}

export interface LauncherSecurity {
  /** The provider's public key. */
  readonly serverKey: string;
  readonly services: ThreadKeys & NonNullable<ProcessLauncherOptions['keys']>;
}

export interface Launchers {
  /** Launches and adopts each service by its type. */
  readonly launcher: Launcher;
  readonly threads: Pick<ThreadLauncher, 'find' | 'has' | 'end' | 'onNotice'>;
  readonly prepare: PrepareCode;
  /** Throws SVC_LOCATION_REFUSED or SVC_PROGRAM_REFUSED for code that this provider may not run. */
  readonly checkCode: (services: readonly TaskService[]) => void;
  /** The control group that holds those of the runs; undefined without control groups. */
  readonly controlGroups: string | undefined;
}

export function openLaunchers(options: LaunchersOptions, closers: Closers): Launchers {
  const { file, clock, stateFolder, hasControlGroups, security } = options;
  const roots = serviceRootsOf(file, options.serviceRoots);
  const tracker = new RunTracker(clock, hasControlGroups);
  closers.add(() => tracker.close());
  const processOptions = { clock, tracker, keys: security?.services };
  const threads = openThreads(options, processOptions, closers);
  return {
    launcher: openLauncher(options, { threads, processOptions }, closers),
    threads,
    prepare: openPreparation({ contextFolder: file.folder, roots, stateFolder }, closers),
    checkCode: createCodeCheck(file, roots),
    controlGroups: tracker.base,
  };
}

type ProcessOptions = Omit<ProcessLauncherOptions, 'hostProgram'>;

function openThreads(
  options: LaunchersOptions,
  processOptions: ProcessOptions,
  closers: Closers,
): ThreadLauncher {
  const { file, clock, connection, endpoints, stateFolder, owner, security } = options;
  const threads = new ThreadLauncher({
    clock,
    processes: createProcessLauncher({ ...processOptions, hostProgram: HOST_PROGRAMS.Thread }),
    connection,
    endpoints,
    keys: security?.services,
    ...(security === undefined ? {} : { serverKey: security.serverKey }),
    owner,
    presence: presenceTopic(owner),
    workingFolder: file.folder,
    log: (contextId) => limitLog(locateThreadsLog(stateFolder, contextId), supervisionSchema.parse({})),
  });
  closers.add(() => threads.close());
  return threads;
}

function openLauncher(
  { owner }: LaunchersOptions,
  parts: { readonly threads: ThreadLauncher; readonly processOptions: ProcessOptions },
  closers: Closers,
): Launcher {
  const { threads, processOptions } = parts;
  const processes = createProcessLauncher({ ...processOptions, hostProgram: HOST_PROGRAMS.Process });
  const reaper = new OrphanReaper(builtFile('launcher/orphan-reaper/main.js'), owner);
  closers.add(() => reaper.close());
  return {
    launch: (order) => {
      if (order.bootstrap.serviceType === 'Thread') return threads.launch(order);
      reaper.start();
      return processes.launch(order);
    },
    adopt: (order) => {
      if (threads.has(order.token)) return threads.adopt(order);
      reaper.start();
      return processes.adopt(order);
    },
  };
}
