// Converts connections of systeminformation to OpenConnection. Pure.

import type { OpenConnection } from './sample.js';

export interface ListedConnection {
  readonly protocol: string;
  readonly localAddress: string;
  readonly localPort: string;
  readonly peerAddress: string;
  readonly peerPort: string;
  readonly state: string;
  readonly pid: number;
}

/** Groups the connections of `pids` by pid. */
export function composeConnections(
  listed: readonly ListedConnection[],
  pids: ReadonlySet<number>,
): ReadonlyMap<number, readonly OpenConnection[]> {
  const byPid = new Map<number, OpenConnection[]>();
  for (const each of listed) {
    if (!pids.has(each.pid)) continue;
    const own = byPid.get(each.pid) ?? [];
    byPid.set(each.pid, own);
    own.push(composeConnection(each));
  }
  return byPid;
}

function composeConnection(each: ListedConnection): OpenConnection {
  const isDatagram = each.protocol.startsWith('udp');
  const isIpv6 = [each.localAddress, each.peerAddress].some((address) => address.includes(':'));
  return {
    pid: each.pid,
    fd: -1,
    family: isIpv6 || each.protocol.endsWith('6') ? 'ipv6' : 'ipv4',
    type: isDatagram ? 'dgram' : 'stream',
    local: composeAddress(each.localAddress, each.localPort),
    remote: Number(each.peerPort) > 0 ? composeAddress(each.peerAddress, each.peerPort) : '',
    status: isDatagram && each.state !== 'ESTABLISHED' ? 'NONE' : each.state || 'NONE',
  };
}

function composeAddress(address: string, port: string): string {
  const bare = address.replace(/^\[|\]$/g, '');
  return bare.includes(':') ? `[${bare}]:${port}` : `${bare}:${port}`;
}
