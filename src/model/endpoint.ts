// Parses the endpoints of a context file: tcp://host:port and ipc://path.

import { resolve } from 'node:path';
import * as z from 'zod';
import { allowed, XML_FORMS } from './fields.js';

export type Endpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'ipc'; readonly path: string };

export const ENDPOINT_RULE = 'tcp://HOST:PORT with a port from 1 to 65535, or ipc://PATH';
export const PORT_RULE = 'a port from 1 to 65535';

/** A host to connect to: an IP address or a host name. */
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

/** Identifies the socket of an endpoint on a machine: its port, or the path of a local socket. */
export function socketAddress(endpoint: Endpoint): string {
  return endpoint.kind === 'tcp' ? `port ${endpoint.port}` : `path ${endpoint.path}`;
}

/** Makes the path of an ipc endpoint absolute, relative to `folder`. */
export function resolveEndpoint(text: string, folder: string): string {
  const endpoint = parseEndpoint(text);
  if (endpoint?.kind !== 'ipc' || endpoint.path.startsWith('@')) return text;
  return `ipc://${resolve(folder, endpoint.path)}`;
}

export const XSD_PORT =
  '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';
const XSD_HOST = '\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9][A-Za-z0-9._\\-]*';

/** The address of one end of a bus; only a bind may have the host `*`, for all addresses of the machine. */
export function endpoint(use: 'connect' | 'bind'): z.ZodString {
  const host = use === 'bind' ? `(\\*|${XSD_HOST})` : `(${XSD_HOST})`;
  return z
    .string(allowed(ENDPOINT_RULE))
    .superRefine((value, context) => {
      const parsed = parseEndpoint(value);
      const refuse = (message: string, hint: string | undefined) => {
        context.addIssue({ code: 'custom', message: allowed(message), params: { hint } });
      };
      if (parsed === undefined) refuse(ENDPOINT_RULE, suggestEndpoint(value));
      else if (use === 'connect' && parsed.kind === 'tcp' && parsed.host === '*')
        refuse('a host to connect to; "*" is for binds', `write tcp://127.0.0.1:${parsed.port}`);
    })
    .describe(
      use === 'bind'
        ? 'An address to listen on; the host may be * for all addresses of the machine.'
        : 'An address to connect to: tcp://HOST:PORT or ipc://PATH.',
    )
    .register(XML_FORMS, { patterns: [`tcp://${host}:${XSD_PORT}`, 'ipc://[^\\s*]+'] });
}

function suggestEndpoint(text: string): string | undefined {
  if (text.startsWith('inproc:')) return 'inproc reaches only one process; use ipc:// on one machine';
  const repaired = [`tcp://${text}`, text.replace(/^\w+:\/*/, 'tcp://')].find((other) =>
    parseEndpoint(other),
  );
  return repaired === undefined ? undefined : `did you mean "${repaired}"?`;
}
