// Finds the process that listens on a TCP port, in /proc; for error messages.

import { readdir, readFile, readlink } from 'node:fs/promises';

const LISTEN = '0A';
/** How the command line of a forwarder ends. */
export const FORWARDER_PROGRAM = 'bus/forwarder/main.js';

/** Returns a text such as `pid 4711 (node dist/tools/service_context.js)`; undefined if the owner cannot be found. */
export async function describePortOwner(port: number): Promise<string | undefined> {
  const inodes = await listeningInodes(port);
  if (inodes.size === 0) return undefined;
  const pids = (await listFolder('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    if (await holdsInode(pid, inodes)) return await describeProcess(pid);
  }
  return undefined;
}

/** Returns `socket:[INODE]` of each socket that listens on the port. */
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

/** For a forwarder, names its provider: the provider would restart a forwarder that is stopped alone. */
async function describeProcess(pid: string): Promise<string> {
  const command = await commandLine(pid);
  if (!command.endsWith(FORWARDER_PROGRAM)) return `pid ${pid} (${command})`;
  const parent = /^PPid:\s+(\d+)$/m.exec(await readText(`/proc/${pid}/status`))?.[1] ?? '1';
  return parent === '1' ? `pid ${pid} (${command})` : `pid ${parent} (${await commandLine(parent)})`;
}

async function commandLine(pid: string): Promise<string> {
  return (await readText(`/proc/${pid}/cmdline`)).split('\0').join(' ').trim();
}

// Processes may end meanwhile or belong to other users: both count as not found.
const readText = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
const listFolder = (path: string): Promise<string[]> => readdir(path).catch(() => []);
