// Which providers run on this machine for this user: a small file each, so that clients find them.

import { existsSync, readlinkSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasErrnoCode, messageOf } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';
import { checkFolder } from '../base/private-files.js';
import type { BusEndpoints } from './connection.js';

export interface RegistryEntry {
  readonly pid: number;
  readonly contextId: string;
  readonly contextFile: string;
  /** The context folder; missing in entries of earlier versions. */
  readonly folder?: string;
  readonly endpoints: BusEndpoints;
  /** Its public key, if it is a secured one. */
  readonly serverKey?: string;
  /** In which pids count; missing where there is no /proc, and in entries of earlier versions. */
  readonly pidNamespace?: string | undefined;
}

/**
 * Where the folder may be, the best place first. Systemd, cron and sudo leave XDG_RUNTIME_DIR out, and a user's TMPDIR is not
 * everybody's: a provider takes the first place that it can, clients look in all. CONTEXTD_REGISTRY is the only place.
 */
function registryFolders(uid: number): readonly string[] {
  const { CONTEXTD_REGISTRY: only = '', XDG_RUNTIME_DIR: runtime = '' } = process.env;
  if (only !== '') return [only];
  const bases = [runtime, `/run/user/${uid}`, tmpdir(), '/tmp'].filter((each) => each !== '');
  return [...new Set(bases)].map((base) => join(base, `contextd-${uid}`));
}

function ownUid(): number {
  return process.geteuid?.() ?? 0;
}

export interface Registration {
  /** False when the file was removed. */
  isInPlace(): boolean;
  release(): Promise<void>;
}

/**
 * Lists a provider. `warn` is told when there is no place for it: a provider that is not found by itself can still be named.
 */
export async function registerProvider(
  entry: RegistryEntry,
  warn: (text: string) => void,
): Promise<Registration> {
  // A process may run several providers, also of one context.
  const written = { ...entry, pidNamespace: ownPidNamespace() };
  const path = await writeSomewhere(`${entry.pid}-${createUniqueId()}.json`, written, warn);
  return {
    isInPlace: () => path === undefined || existsSync(path),
    release: async () => {
      if (path !== undefined) await rm(path, { force: true }).catch(() => undefined);
    },
  };
}

/** In the first folder that takes it; returns its path. */
async function writeSomewhere(
  name: string,
  entry: RegistryEntry,
  warn: (text: string) => void,
): Promise<string | undefined> {
  const faults: string[] = [];
  for (const folder of registryFolders(ownUid())) {
    try {
      await writeEntry(folder, name, entry);
      return join(folder, name);
    } catch (error) {
      faults.push(messageOf(error));
    }
  }
  warn(
    `this provider could not be listed, so clients have to name --endpoint or --context_file: ${faults.join('; ')}`,
  );
  return undefined;
}

async function writeEntry(folder: string, name: string, entry: RegistryEntry): Promise<void> {
  // Clients, who only read, need not load it.
  const { default: writeFileAtomic } = await import('write-file-atomic');
  // Not what is around it: a place that does not exist is none.
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if (!hasErrnoCode(error, 'EEXIST')) throw error;
  });
  checkFolder(folder);
  await writeFileAtomic(join(folder, name), JSON.stringify(entry), { mode: 0o600 });
}

/** The living ones; what dead ones left behind is removed. */
export async function listProviders(): Promise<readonly RegistryEntry[]> {
  const found = await Promise.all(registryFolders(ownUid()).map(listIn));
  return found.flat();
}

async function listIn(folder: string): Promise<readonly RegistryEntry[]> {
  const names = isSafe(folder) ? await readdir(folder).catch(() => []) : [];
  const entries = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => readEntry(join(folder, name))),
  );
  return entries.filter((entry) => entry !== undefined);
}

/** In a folder that others can write to, anybody could say where a provider is and what its key is. */
function isSafe(folder: string): boolean {
  try {
    checkFolder(folder);
    return true;
  } catch {
    return false; // Its owner may use it.
  }
}

/** Undefined where the system has none. */
function ownPidNamespace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return undefined;
  }
}

async function readEntry(path: string): Promise<RegistryEntry | undefined> {
  try {
    const entry = JSON.parse(await readFile(path, 'utf8')) as RegistryEntry;
    // Of a container that shares the folder: whether its process lives cannot be told here.
    if (entry.pidNamespace !== undefined && entry.pidNamespace !== ownPidNamespace()) return undefined;
    process.kill(entry.pid, 0);
    return entry;
  } catch {
    await rm(path, { force: true }).catch(() => undefined);
    return undefined;
  }
}
