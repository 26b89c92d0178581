// Finds the hosts that take commands and that an earlier provider has left running.

import { BOOTSTRAP_VARIABLE, type HostBootstrap } from '../messages/host-bootstrap.js';
import { readProcessTable, readVariable, type ProcessEntry } from '../processes/process-table.js';
import { HOST_TOKEN_PREFIX } from '../processes/run-token.js';
import type { HostAddress } from './host-process.js';

export interface FoundHost {
  readonly entry: ProcessEntry;
  /** Undefined if it cannot be read. */
  readonly bootstrap: (HostAddress & Required<Pick<HostBootstrap, 'contextId'>>) | undefined;
}

/** `owner` is the part of run tokens that identifies the provider. */
export function findHosts(owner: string): readonly FoundHost[] {
  return readProcessTable()
    .filter(({ pid, group, token }) => pid === group && token?.startsWith(`${HOST_TOKEN_PREFIX}${owner}/`))
    .map((entry) => ({ entry, bootstrap: readBootstrap(entry.pid) }));
}

/** Reads the bootstrap from the environment of the process, which only its own user can read. */
function readBootstrap(pid: number): FoundHost['bootstrap'] {
  try {
    return JSON.parse(readVariable(pid, BOOTSTRAP_VARIABLE) ?? '') as FoundHost['bootstrap'];
  } catch {
    return undefined;
  }
}
