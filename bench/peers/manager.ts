// A process manager as the comparison sees it, and what all of them share.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.js';
import type { BusEndpoints } from '../../src/bus/connection.js';
import { isRunning } from '../processes.js';

export interface Manager extends AsyncDisposable {
  readonly name: string;
  /** Of the daemon. */
  pid(): number;
  /** Starts all services; resolves with their pids when all are ready. */
  start(): Promise<readonly number[]>;
  stop(): Promise<void>;
  /** Resolves with the pid of a replacement that is ready, once `pid` has been killed by the caller. */
  replaced(pid: number): Promise<number>;
  /** Runs the command that lists the services. */
  list(): Promise<void>;
}

export interface PeerOptions {
  readonly count: number;
  /** A folder of this manager's own. */
  readonly folder: string;
  /** A forwarder for its services to connect to. */
  readonly endpoints: BusEndpoints;
}

export const MANAGED = join(packageRoot, 'dist', 'bench', 'children', 'managed.js');

export async function runToEnd(env: NodeJS.ProcessEnv, program: string, ...args: string[]): Promise<void> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${String(code)}: ${errors}`);
}

/** The files by which managed children say that they are ready. */
export class ReadyFolder {
  readonly path: string;

  constructor(folder: string) {
    this.path = join(folder, 'ready');
  }

  async empty(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
    await mkdir(this.path, { recursive: true });
  }

  /** The pids of all that have been ready. */
  async pids(): Promise<readonly number[]> {
    return (await readdir(this.path)).map(Number);
  }

  async whenReady(count: number): Promise<readonly number[]> {
    return await until(async () => {
      const pids = await this.pids();
      return pids.length >= count ? pids : undefined;
    });
  }
}

export async function whenGone(pids: readonly number[]): Promise<void> {
  await until(() => Promise.resolve(pids.some(isRunning) ? undefined : true));
}

export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error('it took more than two minutes');
    await new Promise((resume) => setTimeout(resume, 2));
  }
}
