// Ends services that do not end themselves after their provider has ended; see reaper.ts.

import { systemClock } from '../../base/clock.js';
import { BOOTSTRAP_VARIABLE, type HostBootstrap } from '../../messages/host-bootstrap.js';
import { locateControlGroup } from '../../processes/control-group.js';
import { readProcessTable, readVariable, type ProcessEntry } from '../../processes/process-table.js';
import { killTree } from '../../processes/kill-tree.js';

/** How much longer than its grace and stop timeout a service may take to end itself, in milliseconds. */
const MARGIN_MS = 2000;
const POLL_MS = 500;

const [owner = ''] = process.argv.slice(2);
const startedMs = systemClock.monotonic();
await endOverdueServices();

/** Repeats until no service is left, or the next provider ends this process. */
async function endOverdueServices(): Promise<void> {
  for (let hosts = findHosts(); hosts.length > 0; hosts = findHosts()) {
    for (const host of hosts)
      if (systemClock.monotonic() - startedMs > readLimitMs(host.pid)) await end(host);
    await new Promise<void>((resolve) => systemClock.after(POLL_MS, resolve));
  }
}

/** Returns the processes of single services. Hosts of threads are not included: a busy thread does not block their event loop. */
function findHosts(): readonly ProcessEntry[] {
  return readProcessTable().filter(
    ({ pid, group, token }) =>
      pid === group && token?.startsWith(`${owner}/`) === true && readLimitMs(pid) < Infinity,
  );
}

async function end(leader: ProcessEntry): Promise<void> {
  const token = leader.token ?? '';
  await killTree({ token, leader, controlGroup: locateControlGroup(leader.pid, token) });
}

/** How long after the end of its provider a service may run, in milliseconds; Infinity for a process that is not a host. */
function readLimitMs(pid: number): number {
  try {
    const { orphanGraceMs, stopTimeoutMs } = JSON.parse(
      readVariable(pid, BOOTSTRAP_VARIABLE) ?? '',
    ) as HostBootstrap;
    return orphanGraceMs + stopTimeoutMs + MARGIN_MS;
  } catch {
    return Infinity; // It has ended, or has no such variable.
  }
}
