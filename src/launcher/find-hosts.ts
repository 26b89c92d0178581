// Finds what an earlier provider has left running: services in processes of their own, and hosts that take commands.

import { BOOTSTRAP_VARIABLE, type HostBootstrap } from '../messages/host-bootstrap.js';
import { killTree } from '../processes/kill-tree.js';
import { readProcessTable, readVariable, type ProcessEntry } from '../processes/process-table.js';
import { HOST_TOKEN_PREFIX, THREAD_TOKEN_PREFIX } from '../processes/run-token.js';
import type { HostAddress } from './host-process.js';

export interface FoundHost {
  readonly entry: ProcessEntry;
  /** Undefined if it cannot be read. */
  readonly bootstrap: (HostAddress & Required<Pick<HostBootstrap, 'contextId'>>) | undefined;
}

export interface FoundHosts {
  readonly hosts: readonly FoundHost[];
  /** The tokens of the processes that were started by threads of this owner. */
  readonly threadTokens: readonly string[];
}

/** `owner` is the part of run tokens that identifies the provider. */
export function findHosts(owner: string): FoundHosts {
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
function readBootstrap(pid: number): FoundHost['bootstrap'] {
  try {
    return JSON.parse(readVariable(pid, BOOTSTRAP_VARIABLE) ?? '') as FoundHost['bootstrap'];
  } catch {
    return undefined;
  }
}
