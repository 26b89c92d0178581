// Finds the listening socket of an endpoint that ZeroMQ has bound in this process, so that it can be sent to another process.

import { readdir, readFile, readlink } from 'node:fs/promises';
import { Socket } from 'node:net';
import { parseTcpEndpoint } from './endpoint.js';
import { listeningInodes } from './port-owner.js';

const IPC = 'ipc://';
/** Flags of a listening socket in /proc/net/unix. */
const LISTENING_FLAG = '00010000';

/**
 * Returns undefined if the socket cannot be found. Never destroy the result: ZeroMQ owns the descriptor. Call it early,
 * because the search needs free descriptors.
 */
export async function findListeningSocket(endpoint: string): Promise<Socket | undefined> {
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
  const matching = fields.filter((row) => row[3] === LISTENING_FLAG && row.slice(7).join(' ') === path);
  return new Set(matching.map((row) => `socket:[${row[6] ?? ''}]`));
}
