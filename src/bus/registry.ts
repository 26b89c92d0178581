// The registry of this user's running providers on this machine: one small file each, so that clients find them.

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
  /** Its public key, if it has security. */
  readonly serverKey?: string;
  /** The log of its console, if it runs in the background. */
  readonly consoleLog?: string | undefined;
  /** PID namespace of `pid`; missing on systems without /proc and in entries of earlier versions. */
  readonly pidNamespace?: string | undefined;
}

/**
 * Returns the possible registry folders, the best first. systemd, cron and sudo do not set XDG_RUNTIME_DIR, and TMPDIR may
 * differ between sessions: a provider writes to the first usable folder, clients read all of them. CONTEXTD_REGISTRY
 * replaces the list.
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
  /** Returns false if the file was deleted. */
  isInPlace(): boolean;
  release(): Promise<void>;
}

/**
 * Registers a provider. Calls `warn` if no folder is usable: clients can still name the provider's endpoint.
 */
export async function registerProvider(
  entry: RegistryEntry,
  warn: (text: string) => void,
): Promise<Registration> {
  // A process may run several providers, even of the same context.
  const written = { ...entry, pidNamespace: ownPidNamespace() };
  const path = await writeToFirstUsable(`${entry.pid}-${createUniqueId()}.json`, written, warn);
  return {
    isInPlace: () => path === undefined || existsSync(path),
    release: async () => {
      if (path !== undefined) await rm(path, { force: true }).catch(() => undefined);
    },
  };
}

/** Writes to the first usable folder. Returns the path; undefined if not found. */
async function writeToFirstUsable(
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
    `this provider could not be registered, so clients must pass --endpoint or --context_file: ${faults.join('; ')}`,
  );
  return undefined;
}

async function writeEntry(folder: string, name: string, entry: RegistryEntry): Promise<void> {
  // Loaded on demand: clients only read.
  const { default: writeFileAtomic } = await import('write-file-atomic');
  // Not recursive: a base folder that does not exist is not usable.
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if (!hasErrnoCode(error, 'EEXIST')) throw error;
  });
  checkFolder(folder);
  await writeFileAtomic(join(folder, name), JSON.stringify(entry), { mode: 0o600 });
}

/** Lists the running providers. Deletes the files of providers that have ended. */
export async function listProviders(): Promise<readonly RegistryEntry[]> {
  const found = await Promise.all(registryFolders(ownUid()).map(listEntries));
  return found.flat();
}

async function listEntries(folder: string): Promise<readonly RegistryEntry[]> {
  const names = isPrivateFolder(folder) ? await readdir(folder).catch(() => []) : [];
  const entries = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => readEntry(join(folder, name))),
  );
  return entries.filter((entry) => entry !== undefined);
}

/** In a folder that other users can write to, an attacker could register a false endpoint and key. */
function isPrivateFolder(folder: string): boolean {
  try {
    checkFolder(folder);
    return true;
  } catch {
    return false; // Another user's folder.
  }
}

/** Returns undefined on systems without PID namespaces. */
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
    // Written in a container that shares the folder: its process cannot be checked here.
    if (entry.pidNamespace !== undefined && entry.pidNamespace !== ownPidNamespace()) return undefined;
    process.kill(entry.pid, 0);
    return entry;
  } catch {
    await rm(path, { force: true }).catch(() => undefined);
    return undefined;
  }
}
