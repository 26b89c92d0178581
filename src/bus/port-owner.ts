// Who listens on a TCP port, read from /proc; for the error when a port is taken.

import { readdir, readFile, readlink } from 'node:fs/promises';

const LISTEN = '0A';
/** How the command line of a forwarder ends. */
export const FORWARDER_PROGRAM = 'bus/forwarder/main.js';

/** Such as `pid 4711 (node dist/tools/service_context.js)`, or undefined where it cannot be told. */
export async function describePortOwner(port: number): Promise<string | undefined> {
  const inodes = await listeningInodes(port);
  if (inodes.size === 0) return undefined;
  const pids = (await listFolder('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    if (await holdsInode(pid, inodes)) return await describeProcess(pid);
  }
  return undefined;
}

/** `socket:[INODE]` of all that listen on the port. */
export async function listeningInodes(port: number): Promise<ReadonlySet<string>> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(readText));
  const rows = tables.flatMap((table) => table.split('\n').slice(1)).map((row) => row.trim().split(/\s+/));
  const matching = rows.filter((row) => row[1]?.endsWith(`:${hexPort}`) === true && row[3] === LISTEN);
  return new Set(matching.map((row) => `socket:[${row[9] ?? ''}]`));
}

async function holdsInode(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  for (const fd of await listFolder(`/proc/${pid}/fd`)) {
    const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
    if (inodes.has(target)) return true;
  }
  return false;
}

/** Of a forwarder its provider: ended alone, a forwarder comes back. */
async function describeProcess(pid: string): Promise<string> {
  const command = await commandLine(pid);
  if (!command.endsWith(FORWARDER_PROGRAM)) return `pid ${pid} (${command})`;
  const parent = /^PPid:\s+(\d+)$/m.exec(await readText(`/proc/${pid}/status`))?.[1] ?? '1';
  return parent === '1' ? `pid ${pid} (${command})` : `pid ${parent} (${await commandLine(parent)})`;
}

async function commandLine(pid: string): Promise<string> {
  return (await readText(`/proc/${pid}/cmdline`)).split('\0').join(' ').trim();
}

// Processes end while we look, other users' are closed to us: both count as nothing found.
const readText = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
const listFolder = (path: string): Promise<string[]> => readdir(path).catch(() => []);
