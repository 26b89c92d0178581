// Finds the thread hosts that an earlier provider has left running, and ends the leftovers of their ended threads.

import { readFileSync } from 'node:fs';
import { BOOTSTRAP_VARIABLE } from '../messages/host-bootstrap.js';
import type { ThreadHostBootstrap } from '../messages/thread-host.js';
import { killTree } from '../processes/kill-tree.js';
import { readProcessTable, type ProcessEntry } from '../processes/process-table.js';
import { HOST_TOKEN_PREFIX, THREAD_TOKEN_PREFIX } from '../processes/run-token.js';

export interface FoundThreadHost {
  readonly entry: ProcessEntry;
  /** Undefined if it cannot be read. */
  readonly bootstrap: ThreadHostBootstrap | undefined;
}

export interface FoundThreadHosts {
  readonly hosts: readonly FoundThreadHost[];
  /** The tokens of the processes that were started by threads of this owner. */
  readonly threadTokens: readonly string[];
}

/** `owner` is the part of run tokens that identifies the provider. */
export function findThreadHosts(owner: string): FoundThreadHosts {
  const table = readProcessTable();
  const isHost = (each: ProcessEntry) =>
    each.pid === each.group && each.token?.startsWith(`${HOST_TOKEN_PREFIX}${owner}/`) === true;
  const hosts = table.filter(isHost).map((entry) => ({ entry, bootstrap: readBootstrap(entry.pid) }));
  const tokens = new Set(table.flatMap(({ token }) => token ?? []));
  const threadTokens = [...tokens].filter((token) => token.startsWith(`${THREAD_TOKEN_PREFIX}${owner}/`));
  return { hosts, threadTokens };
}

/** Ends the processes of all `tokens` that belong to no running thread. */
export async function endThreadLeftovers(
  tokens: readonly string[],
  running: ReadonlySet<string>,
): Promise<void> {
  for (const token of tokens) if (!running.has(token)) await killTree({ token });
}

/** Reads the bootstrap from the environment of the process, which only its own user can read. */
function readBootstrap(pid: number): ThreadHostBootstrap | undefined {
  try {
    const start = `${BOOTSTRAP_VARIABLE}=`;
    const text = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .find((each) => each.startsWith(start));
    return text === undefined ? undefined : (JSON.parse(text.slice(start.length)) as ThreadHostBootstrap);
  } catch {
    return undefined;
  }
}
