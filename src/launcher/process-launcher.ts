// Starts services as processes and adopts those of an earlier provider.

import type { Clock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';
import { findNodeExecutable } from '../base/find-node-executable.js';
import type { KeyPair } from '../base/keys.js';
import { holdsPid, readProcessId, isSameProcess } from '../processes/process-table.js';
import type { RunTracker } from '../processes/run-tracker.js';
import type { AdoptRequest, LaunchedService, Launcher } from './launcher.js';
import { isHeapFull, OomKills } from './out-of-memory.js';
import { ProcessService, type ExitStatus } from './process-service.js';
import { launchError, spawnHost, type ProcessRequest } from './spawn-host.js';

/** The interval at which an adopted process is checked, in milliseconds. */
const ADOPTED_POLL_MS = 200;

export interface ProcessLauncherOptions {
  readonly clock: Clock;
  /** The entry point of the child: the compiled host/process/main.js. */
  readonly hostProgram: string;
  readonly tracker: RunTracker;
  /** Issues the keys of each process; undefined for a provider without <Security>. */
  readonly keys?: { issue(token: string): KeyPair } | undefined;
}

export interface ProcessLauncher extends Launcher {
  /** Throws SVC_LAUNCH_FAILED. */
  launch(request: ProcessRequest): Promise<LaunchedService>;
}

export function createProcessLauncher(options: ProcessLauncherOptions): ProcessLauncher {
  const oomKills = new OomKills();
  return {
    launch: (request) => launch(options, request, oomKills),
    adopt: (request) => adopt(options, request, oomKills),
  };
}

async function launch(
  options: ProcessLauncherOptions,
  request: ProcessRequest,
  oomKills: OomKills,
): Promise<LaunchedService> {
  const { token, supervision } = request;
  const { clock, tracker, hostProgram } = options;
  const { loader, serviceId } = request.bootstrap;
  // Threads and forked children of the service inherit the flag.
  const flags = loader === undefined ? [] : ['--import', loader];
  const tracks = tracker.prepare(token, [findNodeExecutable(), ...flags, hostProgram, serviceId]);
  const { child, logSize } = spawnHost(request, { ...tracks, keys: options.keys });
  // The child may outlive the provider. Only the bus keeps the provider alive.
  child.unref();
  const started = createDeferred<number>();
  child.once('spawn', () => started.resolve(child.pid ?? 0));
  child.once('error', (cause) => {
    tracker.abandon(tracks);
    started.reject(launchError(request, cause));
  });
  const exited = createDeferred<ExitStatus>();
  child.once('exit', (code, signal) => {
    const end = { exitCode: code ?? undefined, signal: signal ?? undefined };
    const isOutOfMemory =
      (oomKills.hasRisen() && signal === 'SIGKILL') || isHeapFull(end, request.logFile, logSize);
    exited.resolve({ ...end, ...(isOutOfMemory ? { isOutOfMemory } : {}) });
  });
  const pid = await started.promise;
  const { controlGroup } = tracks;
  const leader = readProcessId(pid);
  const { selector: members, forget } = tracker.track({ token, leader, controlGroup });
  const isAlive = () => leader === undefined || holdsPid(leader);
  const parts = { members, onSwept: forget, isAlive, supervision, clock, exited: exited.promise };
  return new ProcessService({ pid, ...parts });
}

/** An adopted process is not a child of this provider and emits no exit event, so it is polled. */
function adopt(
  { clock, tracker }: ProcessLauncherOptions,
  request: AdoptRequest,
  oomKills: OomKills,
): LaunchedService {
  const { process, token, supervision } = request;
  const exited = createDeferred<ExitStatus>();
  const poll = () => {
    if (isSameProcess(process)) {
      clock.after(ADOPTED_POLL_MS, poll);
      return;
    }
    const cause = oomKills.hasRisen() ? ({ signal: 'SIGKILL', isOutOfMemory: true } as const) : {};
    exited.resolve({ exitCode: undefined, signal: undefined, ...cause });
  };
  poll();
  const isAlive = () => isSameProcess(process);
  const { selector: members, forget } = tracker.trackExisting(token, process);
  const parts = { members, onSwept: forget, isAlive, supervision, clock, exited: exited.promise };
  return new ProcessService({ pid: process.pid, ...parts });
}
