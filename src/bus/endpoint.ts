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
  if (wanted === undefined || !WILDCARD_HOSTS.includes(wanted.host) || !isLocalEndpoint(connect)) return bind;
  // Who uses a socket on disk is on this machine as well.
  return `tcp://${parseTcpEndpoint(connect)?.host ?? '127.0.0.1'}:${wanted.port}`;
}

/** How a process of this machine reaches what is bound to `endpoint`. */
export function reachableEndpoint(endpoint: string): string {
  const tcp = parseTcpEndpoint(endpoint);
  return tcp !== undefined && WILDCARD_HOSTS.includes(tcp.host) ? `tcp://127.0.0.1:${tcp.port}` : endpoint;
}

function isLoopbackHost(host: string): boolean {
  if (host === 'localhost' || host === '[::1]') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
