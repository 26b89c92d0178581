// Addresses as they stand in a context file: tcp://host:port and ipc://path.

import { resolve } from 'node:path';

export type Endpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'ipc'; readonly path: string };

export const ENDPOINT_RULE = 'tcp://HOST:PORT with a port from 1 to 65535, or ipc://PATH';
export const PORT_RULE = 'a port from 1 to 65535';

/** A host to connect to: an address or a name. */
export const HOST_PATTERN = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*)$/;
const TCP = /^tcp:\/\/(\*|\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*):([1-9][0-9]{0,4})$/;
const IPC = /^ipc:\/\/([^\s*]+)$/;

export function parseEndpoint(text: string): Endpoint | undefined {
  const path = IPC.exec(text)?.[1];
  if (path !== undefined) return { kind: 'ipc', path };
  const [, host, digits] = TCP.exec(text) ?? [];
  const port = parsePort(digits ?? '');
  return host === undefined || port === undefined ? undefined : { kind: 'tcp', host, port };
}

export function parsePort(text: string): number | undefined {
  const port = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : Infinity;
  return port <= 65_535 ? port : undefined;
}

/** What two ends of one line share: the port, or the path of a local socket. */
export function meetingPoint(endpoint: Endpoint): string {
  return endpoint.kind === 'tcp' ? `port ${endpoint.port}` : `path ${endpoint.path}`;
}

/** With an absolute path: `folder` is what a relative one starts from. */
export function resolveEndpoint(text: string, folder: string): string {
  const endpoint = parseEndpoint(text);
  if (endpoint?.kind !== 'ipc' || endpoint.path.startsWith('@')) return text;
  return `ipc://${resolve(folder, endpoint.path)}`;
}
