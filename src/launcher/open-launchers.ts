// Opens what starts and stops services: hosts, the orphan reaper and the preparation of code.

import type { Closers } from '../base/closers.js';
import type { Clock } from '../base/clock.js';
import { builtFile } from '../base/package.js';
import type { BusEndpoints, Connection } from '../bus/connection.js';
import { presenceTopic } from '../messages/topics.js';
import { supervisionSchema, type TaskService } from '../model/context.js';
import type { ContextFile } from '../model/read/read-context.js';
import { RunTracker } from '../processes/run-tracker.js';
import { HostLauncher, type HostKeys } from './host-launcher.js';
import type { Launcher } from './launcher.js';
import { serviceRootsOf } from './locate-service.js';
import { OrphanReaper } from './orphan-reaper/reaper.js';
import { createCodeCheck, HOST_PROGRAM, openPreparation, type PrepareCode } from './prepare-code.js';
import { ProcessLauncher, type ProcessLauncherOptions } from './process-launcher.js';
import { limitLog, locateThreadsLog } from './service-logs.js';

export interface LaunchersOptions {
  readonly file: ContextFile;
  /** Folders, besides those of the context file, that code may be loaded from. */
  readonly serviceRoots: readonly string[];
  readonly clock: Clock;
  /** The working folder of all services. */
  readonly contextFolder: string;
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
  readonly services: HostKeys & NonNullable<ProcessLauncherOptions['keys']>;
}

export interface Launchers {
  readonly launcher: Launcher & Pick<HostLauncher, 'find' | 'end' | 'onNotice'>;
  readonly prepare: PrepareCode;
  /** Throws SVC_LOCATION_REFUSED or SVC_PROGRAM_REFUSED for code that this provider may not run. */
  readonly checkCode: (services: readonly TaskService[]) => void;
  /** The control group that holds those of the runs; undefined without control groups. */
  readonly controlGroups: string | undefined;
}

export function openLaunchers(options: LaunchersOptions, closers: Closers): Launchers {
  const {
    file,
    clock,
    contextFolder: workingFolder,
    stateFolder,
    owner,
    hasControlGroups,
    security,
  } = options;
  const roots = serviceRootsOf(file, options.serviceRoots);
  const tracker = new RunTracker(clock, hasControlGroups);
  closers.add(() => tracker.close());
  const reaper = new OrphanReaper(builtFile('launcher/orphan-reaper/main.js'), owner);
  closers.add(() => reaper.close());
  const keys = security?.services;
  const launcher = new HostLauncher({
    ...options,
    processes: new ProcessLauncher({ clock, tracker, keys, hostProgram: HOST_PROGRAM, workingFolder }),
    reaper,
    keys,
    serverKey: security?.serverKey,
    presence: presenceTopic(owner),
    threadsLog: (id) => limitLog(locateThreadsLog(stateFolder, id), supervisionSchema.parse({})),
  });
  closers.add(() => launcher.close());
  return {
    launcher,
    prepare: openPreparation({ contextFolder: file.folder, roots, stateFolder }, closers),
    checkCode: createCodeCheck(file, roots),
    controlGroups: tracker.base,
  };
}
