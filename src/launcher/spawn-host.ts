// Spawns the host process of a service: its environment, its log, and the pipe for its secrets.

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, fstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import type { KeyPair } from '../base/keys.js';
import { makeFolder } from '../base/make-folder.js';
import { openPrivate } from '../base/private-files.js';
import { sendSecret } from '../base/secret-pipe.js';
import {
  BOOTSTRAP_VARIABLE,
  KEYS_DESCRIPTOR,
  type HostBootstrap,
  type HostRun,
  type HostSecrets,
} from '../messages/host-bootstrap.js';
import { TOKEN_VARIABLE } from '../processes/run-token.js';
import type { LaunchRequest } from './launcher.js';

/** As a LaunchRequest, for a host. */
export interface ProcessRequest extends Omit<LaunchRequest, 'bootstrap'> {
  readonly bootstrap: HostBootstrap;
}

export interface SpawnOptions {
  readonly command: readonly [string, ...string[]];
  readonly controlGroup: string | undefined;
  readonly workingFolder: string;
  /** Issues the keys of the process; undefined for a provider without <Security>. */
  readonly keys?: { issue(token: string): KeyPair } | undefined;
}

export interface SpawnedHost {
  readonly child: ChildProcess;
  /** The size of the log when the process was started, in bytes. */
  readonly logSize: number;
}

/**
 * Starts the process in its own session, so that Ctrl-C in the terminal and the end of the provider do not reach it.
 * Throws SVC_LAUNCH_FAILED.
 */
export function spawnHost(
  request: ProcessRequest,
  { command: [file, ...args], controlGroup, workingFolder, keys }: SpawnOptions,
): SpawnedHost {
  const { runs, ...bootstrap } = request.bootstrap;
  const program = runs.find((run) => run.bootstrap.program !== undefined)?.bootstrap.program;
  const env = {
    ...process.env,
    ...request.env,
    [BOOTSTRAP_VARIABLE]: JSON.stringify({ ...bootstrap, runs: runs.map(withoutProgram), controlGroup }),
    [TOKEN_VARIABLE]: request.token,
  };
  const log = openLog(request);
  try {
    // Everything that may throw must precede spawn, because the errors of the child have no listener yet.
    const secrets = encodeSecrets({ keys: keys?.issue(request.token), program });
    const logSize = fstatSync(log).size;
    const child = spawn(file, args, {
      cwd: workingFolder,
      detached: true,
      stdio: ['ignore', log, log, ...(secrets === undefined ? [] : ['pipe' as const])],
      env,
    });
    // The process reads them first and closes the pipe, so that its children do not inherit it.
    if (secrets !== undefined) sendSecret(child, KEYS_DESCRIPTOR, secrets);
    return { child, logSize };
  } catch (cause) {
    throw launchError(request, cause);
  } finally {
    closeSync(log);
  }
}

function withoutProgram({ bootstrap: { program: _, ...bootstrap }, ...run }: HostRun): HostRun {
  return { ...run, bootstrap };
}

/** Programs are passed through the pipe as well: their arguments may exceed 128 KiB, the limit of a variable. */
function encodeSecrets(secrets: HostSecrets): string | undefined {
  const isEmpty = secrets.keys === undefined && secrets.program === undefined;
  return isEmpty ? undefined : JSON.stringify(secrets);
}

function openLog(request: ProcessRequest): number {
  try {
    const { out } = request.bootstrap.log;
    makeFolder(dirname(out));
    return openPrivate(out);
  } catch (cause) {
    throw launchError(request, cause);
  }
}

export function launchError(request: ProcessRequest, cause: unknown): ContextdError {
  const { serviceId } = request.bootstrap;
  return new ContextdError(
    'SVC_LAUNCH_FAILED',
    `cannot start a process for ${serviceId}: ${messageOf(cause)}`,
    {
      cause,
      hint: hasErrnoCode(cause, 'E2BIG')
        ? 'reduce its <env>, its <env_file> or the environment of the provider; together they are too large'
        : 'check that the folder of the context is writable and that the machine can start more processes',
    },
  );
}
