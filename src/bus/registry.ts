// Which providers run on this machine for this user: a small file each, so that clients find them.

import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createUniqueId } from '../base/ids.js';
import type { BusEndpoints } from './connection.js';

export interface RegistryEntry {
  readonly pid: number;
  readonly contextId: string;
  readonly contextFile: string;
  readonly endpoints: BusEndpoints;
  /** Its public key, if it is a secured one. */
  readonly serverKey?: string;
}

/** Private to the user: whoever could write here could redirect commands. */
function registryFolder(): string {
  const base = process.env.XDG_RUNTIME_DIR ?? tmpdir();
  return join(base, `contextd-${userInfo().uid}`);
}

export interface Registration {
  /** False when the file was removed. */
  isInPlace(): boolean;
  release(): Promise<void>;
}

export async function registerProvider(entry: RegistryEntry): Promise<Registration> {
  // Clients, who only read, need not load it.
  const { default: writeFileAtomic } = await import('write-file-atomic');
  const folder = registryFolder();
  // A process may run several providers, also of one context.
  const path = join(folder, `${entry.pid}-${createUniqueId()}.json`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Somebody else was there first: a provider that is not found by itself can still be named.
  if (!(await isOurs(folder))) return { isInPlace: () => true, release: () => Promise.resolve() };
  await writeFileAtomic(path, JSON.stringify(entry), { mode: 0o600 });
  return { isInPlace: () => existsSync(path), release: () => rm(path, { force: true }) };
}

/** The living ones; what dead ones left behind is removed. */
export async function listProviders(): Promise<readonly RegistryEntry[]> {
  const folder = registryFolder();
  const names = (await isOurs(folder)) ? await readdir(folder).catch(() => []) : [];
  const entries = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => readEntry(join(folder, name))),
  );
  return entries.filter((entry) => entry !== undefined);
}

/** In a folder that others can write to, anybody could say where a provider is and what its key is. */
async function isOurs(folder: string): Promise<boolean> {
  const stat = await lstat(folder).catch(() => undefined);
  return stat?.isDirectory() === true && stat.uid === userInfo().uid && (stat.mode & 0o022) === 0;
}

async function readEntry(path: string): Promise<RegistryEntry | undefined> {
  try {
    const entry = JSON.parse(await readFile(path, 'utf8')) as RegistryEntry;
    process.kill(entry.pid, 0);
    return entry;
  } catch {
    await rm(path, { force: true });
    return undefined;
  }
}
