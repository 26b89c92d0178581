// The program that ends services whose provider has ended and that do not end by themselves; see guard.ts.

import { readFileSync } from 'node:fs';
import { systemClock } from '../../base/clock.js';
import { BOOTSTRAP_VARIABLE, type HostBootstrap } from '../../messages/host-bootstrap.js';
import { locateControlGroup } from '../../processes/control-group.js';
import { readProcessTable, type ProcessEntry } from '../../processes/process-table.js';
import { sweep } from '../../processes/kill-tree.js';

/** How much longer than it may a service is waited for: it should end by itself. */
const MARGIN_MS = 2000;
const LOOK_MS = 500;

const [owner = ''] = process.argv.slice(2);
/** A clock that never jumps. */
const startedMs = performance.now();
await look();

/** Until nothing is left, or the next provider ends this process. */
async function look(): Promise<void> {
  for (let hosts = findHosts(); hosts.length > 0; hosts = findHosts()) {
    for (const host of hosts) if (performance.now() - startedMs > readLimitMs(host.pid)) await end(host);
    await new Promise<void>((resolve) => systemClock.after(LOOK_MS, resolve));
  }
}

/** Processes that run one service each: those that hold threads come round to their event loop whatever a thread does. */
function findHosts(): readonly ProcessEntry[] {
  return readProcessTable().filter(
    ({ pid, group, token }) =>
      pid === group && token?.startsWith(`${owner}/`) === true && readLimitMs(pid) < Infinity,
  );
}

async function end(leader: ProcessEntry): Promise<void> {
  const token = leader.token ?? '';
  await sweep({ token, leader, controlGroup: locateControlGroup(leader.pid, token) });
}

/** How long after the end of its provider a service may live; Infinity for what is no host. */
function readLimitMs(pid: number): number {
  try {
    const start = `${BOOTSTRAP_VARIABLE}=`;
    const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    const text = entries.find((each) => each.startsWith(start))?.slice(start.length);
    if (text === undefined) return Infinity;
    const { orphanGraceMs, stopTimeoutMs } = JSON.parse(text) as HostBootstrap;
    return orphanGraceMs + stopTimeoutMs + MARGIN_MS;
  } catch {
    return Infinity; // It has ended.
  }
}
