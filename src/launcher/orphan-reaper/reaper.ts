// A small process beside the provider that wakes when the provider ends: a service that is caught in an endless loop
// cannot notice that itself. Until then it is a shell that waits for the end of a pipe.

import { findNode } from '../../base/find-node.js';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { readProcessTable } from '../../processes/process-table.js';
import { TOKEN_VARIABLE } from '../../processes/run-token.js';
import { sweep } from '../../processes/kill-tree.js';

const SHELL = '/bin/sh';
/** The pipe ends with the provider, however that ends. */
const SCRIPT = 'read -r _; exec "$@" </dev/null';

export class OrphanReaper {
  readonly #program: string;
  readonly #owner: string;
  #child: ChildProcess | undefined;

  /** `program` is the compiled main.js. */
  constructor(program: string, owner: string) {
    this.#program = program;
    this.#owner = owner;
  }

  /** To be called when there is a service to be watched. */
  start(): void {
    if (this.#child !== undefined || process.platform !== 'linux' || !existsSync(SHELL)) return;
    try {
      this.#child = this.#spawn();
    } catch {
      // Without it services end by themselves, all but those that cannot.
    }
  }

  /** Services that are left running are watched from now on. */
  close(): void {
    const isNeeded = readProcessTable().some(({ token }) => token?.startsWith(`${this.#owner}/`) === true);
    if (isNeeded) this.#child?.stdin?.end();
    else this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  #spawn(): ChildProcess {
    const command = [findNode(), this.#program, this.#owner];
    const child = spawn(SHELL, ['-c', SCRIPT, 'orphan-guard', ...command], {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      // Nothing else of ours: it may outlive us.
      env: { [TOKEN_VARIABLE]: tokenOf(this.#owner) },
    });
    child.on('error', () => undefined);
    // It must not keep the provider alive. Without a descriptor left there is no pipe, whatever its type says.
    child.unref();
    const pipe = child.stdin as Socket | null | undefined;
    pipe?.on('error', () => undefined);
    pipe?.unref();
    return child;
  }
}

/** Ends the guard of an earlier provider: its services have one again. */
export async function endEarlierReapers(owner: string): Promise<void> {
  await sweep({ token: tokenOf(owner) });
}

/** By which the next provider finds it. */
export function tokenOf(owner: string): string {
  return `orphan-guard/${owner}`;
}
