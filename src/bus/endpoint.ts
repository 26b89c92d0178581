// ZeroMQ addresses: their parts, and whether only this machine can reach them.

import { isIP } from 'node:net';

export interface TcpEndpoint {
  readonly host: string;
  /** A number, or `*` for any free port. */
  readonly port: string;
}

const WILDCARD_HOSTS = ['*', '0.0.0.0', '[::]'];
const TCP = /^tcp:\/\/(\[[^\]]+\]|[^:/]+):(\d{1,5}|\*)$/;

export function parseTcpEndpoint(endpoint: string): TcpEndpoint | undefined {
  const match = TCP.exec(endpoint);
  const [, host, port] = match ?? [];
  return host === undefined || port === undefined ? undefined : { host, port };
}

/**
 * Returns true for loopback addresses and for transports that never leave the machine. False for `ipc://@NAME`: it has
 * no file and no owner, so every user of the machine can connect.
 */
export function isLocalEndpoint(endpoint: string): boolean {
  const tcp = parseTcpEndpoint(endpoint);
  if (tcp === undefined) return /^(?:ipc:\/\/[^@]|inproc:\/\/)/.test(endpoint);
  return isLoopbackHost(tcp.host);
}

/**
 * Returns the address to bind for `bind`. A wildcard becomes loopback if clients connect to an address of this machine
 * anyway, so that the original's `tcp://*:5557` is not reachable from other machines.
 */
export function bindToLoopbackIfLocal(bind: string, connect: string): string {
  const wanted = parseTcpEndpoint(bind);
  if (wanted === undefined || !isWildcard(wanted.host) || !isLocalEndpoint(connect)) return bind;
  // Clients of an ipc:// socket are on this machine too.
  return `tcp://${parseTcpEndpoint(connect)?.host ?? '127.0.0.1'}:${wanted.port}`;
}

/** Returns the address under which a process of this machine reaches a socket bound to `endpoint`. */
export function reachableEndpoint(endpoint: string): string {
  const tcp = parseTcpEndpoint(endpoint);
  if (tcp === undefined || !isWildcard(tcp.host)) return endpoint;
  return `tcp://${tcp.host.startsWith('[') ? '[::1]' : '127.0.0.1'}:${tcp.port}`;
}

/**
 * Returns the socket options for an address: ZeroMQ rejects IPv6 addresses by default. Not set for names, because
 * `localhost` would then resolve to `::1`, where a forwarder on 127.0.0.1 does not listen.
 */
export function addressOptions(endpoint: string): { readonly ipv6?: true } {
  return parseTcpEndpoint(endpoint)?.host.startsWith('[') === true ? { ipv6: true } : {};
}

function isWildcard(host: string): boolean {
  return WILDCARD_HOSTS.includes(host) || (host.startsWith('[') && canonicalHost(host) === '[::]');
}

function isLoopbackHost(host: string): boolean {
  if (host === 'localhost') return true;
  const short = canonicalHost(host);
  // The second form is 127.0.0.0/8 as an IPv4-mapped IPv6 address.
  if (short.startsWith('['))
    return short === '[::1]' || /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(short);
  return isIP(host) === 4 && host.startsWith('127.');
}

/** Normalizes an IPv6 address: `[0:0:0:0:0:0:0:1]` becomes `[::1]`. */
function canonicalHost(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host;
}
