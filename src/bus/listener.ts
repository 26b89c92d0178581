// The listening socket of an endpoint that ZeroMQ has bound in this process, in a form that can be handed to another process.

import { readdir, readFile, readlink } from 'node:fs/promises';
import { Socket } from 'node:net';
import { parseTcpEndpoint } from './endpoint.js';
import { listeningInodes } from './port-owner.js';

const IPC = 'ipc://';
/** The flag of a listening socket in /proc/net/unix. */
const LISTENS = '00010000';

/**
 * Never to be destroyed: the descriptor stays ZeroMQ's. To be asked for early, because it takes descriptors. Undefined
 * where it cannot be found.
 */
export async function holdListener(endpoint: string): Promise<Socket | undefined> {
  const port = parseTcpEndpoint(endpoint)?.port;
  const inodes = port === undefined ? await unixInodes(endpoint) : await listeningInodes(Number(port));
  for (const name of await readdir('/proc/self/fd').catch(() => [])) {
    const target = await readlink(`/proc/self/fd/${name}`).catch(() => '');
    if (inodes.has(target)) return new Socket({ fd: Number(name), readable: false, writable: false });
  }
  return undefined;
}

async function unixInodes(endpoint: string): Promise<ReadonlySet<string>> {
  const path = endpoint.startsWith(IPC) ? endpoint.slice(IPC.length) : undefined;
  const rows = (await readFile('/proc/net/unix', 'utf8').catch(() => '')).split('\n');
  const fields = rows.map((row) => row.trim().split(/\s+/));
  const matching = fields.filter((row) => row[3] === LISTENS && row.slice(7).join(' ') === path);
  return new Set(matching.map((row) => `socket:[${row[6] ?? ''}]`));
}
