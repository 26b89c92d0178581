// A process beside the provider that becomes active when the provider ends: a service in an endless loop cannot detect
// that itself. Until then it is a shell that waits for the end of a pipe.

import { findNodeExecutable } from '../../base/find-node-executable.js';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { readProcessTable } from '../../processes/process-table.js';
import { TOKEN_VARIABLE } from '../../processes/run-token.js';
import { killTree } from '../../processes/kill-tree.js';

const SHELL = '/bin/sh';
/** The pipe closes when the provider ends, also after SIGKILL. */
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

  /** Call before a service is launched. Starts the process once. */
  start(): void {
    if (this.#child !== undefined || process.platform !== 'linux' || !existsSync(SHELL)) return;
    try {
      this.#child = this.#spawn();
    } catch {
      // Without this process services still end themselves, except those in an endless loop.
    }
  }

  /** Activates the process if services are still running; otherwise ends it. */
  close(): void {
    const isNeeded = readProcessTable().some(({ token }) => token?.startsWith(`${this.#owner}/`) === true);
    if (isNeeded) this.#child?.stdin?.end();
    else this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  #spawn(): ChildProcess {
    const command = [findNodeExecutable(), this.#program, this.#owner];
    const child = spawn(SHELL, ['-c', SCRIPT, 'orphan-guard', ...command], {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      // No other variable, because the process may outlive the provider.
      env: { [TOKEN_VARIABLE]: tokenOf(this.#owner) },
    });
    child.on('error', () => undefined);
    // It must not keep the provider alive. The pipe is missing when no descriptor was left, despite its type.
    child.unref();
    const pipe = child.stdin as Socket | null | undefined;
    pipe?.on('error', () => undefined);
    pipe?.unref();
    return child;
  }
}

/** Ends the process of an earlier provider, because the new provider has its own. */
export async function endEarlierReapers(owner: string): Promise<void> {
  await killTree({ token: tokenOf(owner) });
}

/** The token by which the next provider finds the process. */
export function tokenOf(owner: string): string {
  return `orphan-guard/${owner}`;
}
