// Spawns the forwarder process.

import { spawn, type ChildProcess } from 'node:child_process';
import { ContextdError, messageOf } from '../base/errors.js';
import { findNodeExecutable } from '../base/find-node-executable.js';
import { builtFile } from '../base/package.js';

/** The proxy occupies one thread while it runs; the other one is for binding. */
const THREAD_POOL_SIZE = '2';

/** Spawns it in its own session, so that Ctrl-C in the terminal does not reach it. Throws BUS_FORWARDER_FAILED. */
export function spawnForwarder(): ChildProcess {
  try {
    return spawn(findNodeExecutable(), [builtFile('bus/forwarder/main.js')], {
      cwd: '/',
      detached: true,
      env: { ...process.env, NODE_OPTIONS: undefined, UV_THREADPOOL_SIZE: THREAD_POOL_SIZE },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
  } catch (error) {
    throw forwarderStartError(messageOf(error));
  }
}

export function forwarderStartError(how: string): ContextdError {
  return new ContextdError('BUS_FORWARDER_FAILED', `the forwarder could not be started: ${how}`, {
    hint: 'check the limits of processes, memory and file descriptors (ulimit -u, ulimit -n, free -h)',
  });
}
