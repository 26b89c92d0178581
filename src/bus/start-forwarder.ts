// Starts the program of a forwarder.

import { spawn, type ChildProcess } from 'node:child_process';
import { ContextdError, messageOf } from '../base/errors.js';
import { findNode } from '../base/find-node.js';
import { builtFile } from '../base/package.js';

/** The proxy needs a thread as long as it runs; the other one is for the binds. */
const POOL_SIZE = '2';

/** In a session of its own, so that Ctrl-C in our terminal does not reach it. */
export function startProgram(): ChildProcess {
  try {
    return spawn(findNode(), [builtFile('bus/forwarder/main.js')], {
      cwd: '/',
      detached: true,
      env: { ...process.env, NODE_OPTIONS: undefined, UV_THREADPOOL_SIZE: POOL_SIZE },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
  } catch (error) {
    throw startError(messageOf(error));
  }
}

export function startError(how: string): ContextdError {
  return new ContextdError('BUS_FORWARDER_FAILED', `the forwarder could not be started: ${how}`, {
    hint: 'see whether this machine has processes, memory and descriptors left (ulimit -u, ulimit -n)',
  });
}
