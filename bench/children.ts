// Bare children of the benchmark itself: what the baselines consist of.

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { packageRoot } from '../src/base/package.js';
import type { BusEndpoints } from '../src/bus/connection.js';

export interface Child extends AsyncDisposable {
  readonly pid: number;
  readonly process: ChildProcess;
  /** Resolves with its next message. */
  nextMessage(): Promise<unknown>;
}

/** Starts `bench/children/NAME` and waits for its message that it is ready. */
export async function startChild(name: string, ...args: readonly string[]): Promise<Child> {
  const child = fork(join(packageRoot, 'dist', 'bench', 'children', `${name}.js`), args, { execArgv: [] });
  const gone = once(child, 'exit');
  const nextMessage = async () =>
    ((await Promise.race([once(child, 'message'), gone.then(failed)])) as [unknown])[0];
  await nextMessage();
  return {
    pid: child.pid ?? 0,
    process: child,
    nextMessage,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
  function failed(): never {
    throw new Error(`the child ${name} has ended`);
  }
}

export async function startBare(endpoints: BusEndpoints): Promise<Child> {
  return await startChild('bare', endpoints.subscribe, endpoints.publish);
}

export async function endAll(children: readonly AsyncDisposable[]): Promise<void> {
  await Promise.all(children.map((each) => each[Symbol.asyncDispose]()));
}
