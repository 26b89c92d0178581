// Addresses: their parts, and which of them only this machine can reach.

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
 * True for loopback addresses and for transports that never leave the machine. Not for `ipc://@NAME`, which
 * has no file and so no owner: every user of the machine reaches it.
 */
export function isLocalEndpoint(endpoint: string): boolean {
  const tcp = parseTcpEndpoint(endpoint);
  if (tcp === undefined) return /^(?:ipc:\/\/[^@]|inproc:\/\/)/.test(endpoint);
  return isLoopbackHost(tcp.host);
}

/**
 * The address to bind for `bind`: a wildcard is narrowed to loopback when those who connect use an
 * address of this machine anyway, so that the original's `tcp://*:5557` opens no door nobody asked for.
 */
export function narrowBind(bind: string, connect: string): string {
  const wanted = parseTcpEndpoint(bind);
  if (wanted === undefined || !isWildcard(wanted.host) || !isLocalEndpoint(connect)) return bind;
  // Who uses a socket on disk is on this machine as well.
  return `tcp://${parseTcpEndpoint(connect)?.host ?? '127.0.0.1'}:${wanted.port}`;
}

/** How a process of this machine reaches what is bound to `endpoint`. */
export function reachableEndpoint(endpoint: string): string {
  const tcp = parseTcpEndpoint(endpoint);
  if (tcp === undefined || !isWildcard(tcp.host)) return endpoint;
  return `tcp://${tcp.host.startsWith('[') ? '[::1]' : '127.0.0.1'}:${tcp.port}`;
}

/**
 * What a socket needs for this address: ZeroMQ refuses addresses of IPv6 by default. Not set for names, because
 * `localhost` would then become `::1`, where a forwarder on 127.0.0.1 does not listen.
 */
export function addressOptions(endpoint: string): { readonly ipv6?: true } {
  return parseTcpEndpoint(endpoint)?.host.startsWith('[') === true ? { ipv6: true } : {};
}

function isWildcard(host: string): boolean {
  return WILDCARD_HOSTS.includes(host) || (host.startsWith('[') && shortestForm(host) === '[::]');
}

function isLoopbackHost(host: string): boolean {
  if (host === 'localhost') return true;
  const short = shortestForm(host);
  // The second one is 127.0.0.0/8 as sockets of IPv6 have it.
  if (short.startsWith('['))
    return short === '[::1]' || /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(short);
  return isIP(host) === 4 && host.startsWith('127.');
}

/** An address of IPv6 has many forms; `[0:0:0:0:0:0:0:1]` is `[::1]`. */
function shortestForm(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host;
}
