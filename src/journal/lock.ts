// Locks a state folder for one provider, also across containers: an entry names the holder, a socket proves that it lives.

import { readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../base/make-folder.js';
import { ContextdError, hasErrnoCode } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';
import { readStartTime } from '../processes/process-table.js';
import { probe, openLivenessSocket } from './liveness-socket.js';

interface Holder {
  readonly pid: number;
  /** The start time of the process, which distinguishes it from a later one with the same pid. */
  readonly startTime: string;
  /** The pid namespace: the pid is valid there only. */
  readonly namespace: string;
  /** The holder's liveness socket; empty where the file system has no sockets. */
  readonly socket: string;
}

export interface StateLock {
  /** Returns false when the lock's files were removed. */
  isInPlace(): boolean;
  release(): Promise<void>;
}

/** `provider.<generation>.lock`: the highest generation is valid. */
const NAME = /^provider\.(?<generation>\d{1,15})\.lock$/;
const NONE: Holder = { pid: 0, startTime: '', namespace: '', socket: '' };

/**
 * Locks the state folder. Throws CTX_JOURNAL_HELD with the holder's pid.
 *
 * An entry is a symbolic link whose target describes the holder: it is created atomically, and needs neither space on a
 * full disk nor hard links. A process that finds the holder of the highest entry dead creates the next entry; only one
 * process can. Only the process that created a higher entry removes an entry, so no generation is used twice.
 */
export async function acquireLock(stateFolder: string, contextId: string): Promise<StateLock> {
  makeFolder(stateFolder, 0o700);
  const socket = await openLivenessSocket(stateFolder);
  const startTime = readStartTime(process.pid) ?? '';
  const own = { pid: process.pid, startTime, namespace: pidNamespace(), socket: socket.name };
  try {
    const path = pathOf(stateFolder, await claim(stateFolder, contextId, own));
    return {
      isInPlace: () => readTarget(path) === formatHolder(own) && socket.isInPlace(),
      release: async () => {
        await socket.close();
        if (readTarget(path) === formatHolder(own))
          replaceEntry(stateFolder, NONE, (made) => renameSync(made, path));
      },
    };
  } catch (error) {
    await socket.close();
    throw error;
  }
}

async function claim(stateFolder: string, contextId: string, own: Holder): Promise<number> {
  for (;;) {
    const newest = newestGeneration(stateFolder);
    const holder = readHolder(pathOf(stateFolder, newest));
    if (await isAlive(stateFolder, holder)) throw heldError(holder, contextId, stateFolder);
    const generation = newest + 1;
    if (!tryCreate(pathOf(stateFolder, generation), own)) continue;
    if (newestGeneration(stateFolder) === generation) {
      await removeOlder(stateFolder, generation);
      return generation;
    }
    // Too late: other processes have created higher entries since.
    rmSync(pathOf(stateFolder, generation), { force: true });
  }
}

function tryCreate(path: string, holder: Holder): boolean {
  try {
    symlinkSync(formatHolder(holder), path);
    return true;
  } catch (error) {
    if (hasErrnoCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function replaceEntry(stateFolder: string, holder: Holder, move: (path: string) => void): void {
  const path = join(stateFolder, `provider.${createUniqueId()}.tmp`);
  symlinkSync(formatHolder(holder), path);
  try {
    move(path);
  } finally {
    rmSync(path, { force: true });
  }
}

async function removeOlder(stateFolder: string, generation: number): Promise<void> {
  for (const each of generations(stateFolder)) {
    if (each >= generation) continue;
    const holder = readHolder(pathOf(stateFolder, each));
    const isStale = holder.socket !== '' && !(await isAlive(stateFolder, holder));
    if (isStale) rmSync(join(stateFolder, holder.socket), { force: true });
    rmSync(pathOf(stateFolder, each), { force: true });
  }
}

function newestGeneration(stateFolder: string): number {
  return Math.max(0, ...generations(stateFolder));
}

function generations(stateFolder: string): readonly number[] {
  return readdirSync(stateFolder).flatMap((name) => {
    const text = NAME.exec(name)?.groups?.generation;
    return text === undefined ? [] : [Number(text)];
  });
}

function pathOf(stateFolder: string, generation: number): string {
  return join(stateFolder, `provider.${generation}.lock`);
}

function formatHolder({ pid, startTime, namespace, socket }: Holder): string {
  return [pid, startTime, namespace, socket].join(' ');
}

function readHolder(path: string): Holder {
  const [pid, startTime = '', namespace = '', socket = ''] = readTarget(path)?.split(' ') ?? [];
  // A socket name with a slash would leave the folder.
  if (pid === undefined || !/^\d+$/.test(pid) || socket.includes('/')) return NONE;
  return { pid: Number(pid), startTime, namespace, socket };
}

/** Returns undefined when the entry does not exist (any more). */
function readTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

async function isAlive(stateFolder: string, holder: Holder): Promise<boolean> {
  const { pid, startTime, namespace, socket } = holder;
  const answer = socket === '' ? 'missing' : await probe(stateFolder, socket);
  if (answer !== 'missing') return answer === 'alive';
  // Without a socket, look for the process, if it is in the same namespace.
  return startTime !== '' && namespace === pidNamespace() && readStartTime(pid) === startTime;
}

function pidNamespace(): string {
  return readTarget('/proc/self/ns/pid') ?? '';
}

function heldError(holder: Holder, contextId: string, folder: string): ContextdError {
  const { pid, namespace } = holder;
  const where = namespace === pidNamespace() ? '' : ' in another container';
  return new ContextdError(
    'CTX_JOURNAL_HELD',
    `context ${contextId} in ${folder} is already run by the provider with pid ${pid}${where}`,
    {
      hint: 'use or end that provider, or give this context another ContextID',
      details: { pid, folder },
    },
  );
}
