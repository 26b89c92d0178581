// Starts services as processes of their own and stops them by the ladder.

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, fstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../base/make-folder.js';
import type { Clock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';
import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import { openPrivate } from '../base/private-files.js';
import { findNode } from '../base/find-node.js';
import { sendSecret } from '../base/secret-pipe.js';
import type { KeyPair } from '../base/keys.js';
import {
  BOOTSTRAP_VARIABLE,
  KEYS_DESCRIPTOR,
  type HostSecrets,
  type HostBootstrap,
} from '../messages/host-bootstrap.js';
import { hasPid, identify, isSameProcess } from '../processes/process-table.js';
import { TOKEN_VARIABLE } from '../processes/run-token.js';
import type { RunTracker, Tracks } from '../processes/run-tracker.js';
import type { AdoptRequest, LaunchedService, Launcher, LaunchRequest } from './launcher.js';
import { isHeapFull, KernelKills } from './out-of-memory.js';
import { ProcessService, type ExitStatus } from './process-service.js';

/** How often an adopted process is looked at. */
const ADOPTED_LOOK_MS = 200;

export interface ProcessLauncherOptions {
  readonly clock: Clock;
  /** The program in the child: the compiled host/process/main.js. */
  readonly hostProgram: string;
  readonly tracker: RunTracker;
  /** Makes the keys of each process; undefined for a provider without <Security>. */
  readonly keys?: { issue(token: string): KeyPair } | undefined;
}

/** A LaunchRequest is one; so is the order for a process that holds threads. */
export interface ProcessRequest extends Omit<LaunchRequest, 'bootstrap'> {
  readonly bootstrap: Pick<HostBootstrap, 'loader' | 'program'> & { readonly serviceId: string };
}

export interface ProcessLauncher extends Launcher {
  /** Throws SVC_LAUNCH_FAILED. */
  launch(order: ProcessRequest): Promise<LaunchedService>;
}

export function createProcessLauncher(options: ProcessLauncherOptions): ProcessLauncher {
  const kernelKills = new KernelKills();
  return {
    launch: (order) => launch(options, order, kernelKills),
    adopt: (order) => adopt(options, order, kernelKills),
  };
}

async function launch(
  options: ProcessLauncherOptions,
  order: ProcessRequest,
  kernelKills: KernelKills,
): Promise<LaunchedService> {
  const { token, supervision } = order;
  const { clock, tracker, hostProgram } = options;
  const { loader, serviceId } = order.bootstrap;
  // Threads and forked children of the service inherit the flag.
  const flags = loader === undefined ? [] : ['--import', loader];
  const tracks = tracker.prepare(token, [findNode(), ...flags, hostProgram, serviceId]);
  const { child, logSize } = spawnHost(options, order, tracks);
  // It may outlive us on purpose: what keeps us alive is the bus.
  child.unref();
  const started = createDeferred<number>();
  child.once('spawn', () => started.resolve(child.pid ?? 0));
  child.once('error', (cause) => {
    tracker.abandon(tracks);
    started.reject(launchError(order, cause));
  });
  const exited = createDeferred<ExitStatus>();
  child.once('exit', (code, signal) => {
    const end = { exitCode: code ?? undefined, signal: signal ?? undefined };
    const isOutOfMemory =
      (kernelKills.hasRisen() && signal === 'SIGKILL') || isHeapFull(end, order.logFile, logSize);
    exited.resolve({ ...end, ...(isOutOfMemory ? { isOutOfMemory } : {}) });
  });
  const pid = await started.promise;
  const { controlGroup } = tracks;
  const leader = identify(pid);
  const { members, forget } = tracker.track({ token, leader, controlGroup });
  const isAlive = () => leader === undefined || hasPid(leader);
  const parts = { members, onSwept: forget, isAlive, supervision, clock, exited: exited.promise };
  return new ProcessService({ pid, ...parts });
}

/** Not our child, so no event tells its end: it is looked at from time to time. */
function adopt(
  { clock, tracker }: ProcessLauncherOptions,
  order: AdoptRequest,
  kernelKills: KernelKills,
): LaunchedService {
  const { process, token, supervision } = order;
  const exited = createDeferred<ExitStatus>();
  const look = () => {
    if (isSameProcess(process)) {
      clock.after(ADOPTED_LOOK_MS, look);
      return;
    }
    const cause = kernelKills.hasRisen() ? ({ signal: 'SIGKILL', isOutOfMemory: true } as const) : {};
    exited.resolve({ exitCode: undefined, signal: undefined, ...cause });
  };
  look();
  const isAlive = () => isSameProcess(process);
  const { members, forget } = tracker.trackFound(token, process);
  const parts = { members, onSwept: forget, isAlive, supervision, clock, exited: exited.promise };
  return new ProcessService({ pid: process.pid, ...parts });
}

/** In a session of its own: Ctrl-C in our terminal, and our end, do not reach it. */
function spawnHost(
  { keys }: ProcessLauncherOptions,
  order: ProcessRequest,
  { controlGroup, command: [file, ...args] }: Tracks,
): { readonly child: ChildProcess; readonly logSize: number } {
  const { program, ...bootstrap } = order.bootstrap;
  const env = {
    ...process.env,
    ...order.env,
    [BOOTSTRAP_VARIABLE]: JSON.stringify({ ...bootstrap, controlGroup }),
    [TOKEN_VARIABLE]: order.token,
  };
  const log = openLog(order);
  try {
    // What can throw comes before the child, whose errors nobody hears yet.
    const handed = composeHandedOver({ keys: keys?.issue(order.token), program });
    const logSize = fstatSync(log).size;
    const child = spawn(file, args, {
      cwd: order.workingFolder,
      detached: true,
      stdio: ['ignore', log, log, ...(handed === undefined ? [] : ['pipe' as const])],
      env,
    });
    // It reads them before anything else, and closes its end: its children do not have it.
    if (handed !== undefined) sendSecret(child, KEYS_DESCRIPTOR, handed);
    return { child, logSize };
  } catch (cause) {
    throw launchError(order, cause);
  } finally {
    closeSync(log);
  }
}

/** One variable of an environment may be 128 KiB long, and the arguments of a program together more. */
function composeHandedOver(handed: HostSecrets): string | undefined {
  const isNothing = handed.keys === undefined && handed.program === undefined;
  return isNothing ? undefined : JSON.stringify(handed);
}

function openLog(order: ProcessRequest): number {
  try {
    makeFolder(dirname(order.logFile));
    return openPrivate(order.logFile);
  } catch (cause) {
    throw launchError(order, cause);
  }
}

function launchError(order: ProcessRequest, cause: unknown): ContextdError {
  const { serviceId } = order.bootstrap;
  return new ContextdError(
    'SVC_LAUNCH_FAILED',
    `cannot start a process for ${serviceId}: ${messageOf(cause)}`,
    {
      cause,
      hint: hasErrnoCode(cause, 'E2BIG')
        ? 'its <env>, its <env_file> and the environment of the provider are too large together'
        : 'see whether the folder of the context can be written and the machine has processes left',
    },
  );
}
