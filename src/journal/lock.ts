// One provider per context and state folder, also across containers: an entry names the holder, a socket says whether it lives.

import { readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../base/make-folder.js';
import { ContextdError, hasErrnoCode } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';
import { readStartTime } from '../processes/process-table.js';
import { knock, openLifeSocket } from './liveness-socket.js';

interface Holder {
  readonly pid: number;
  /** Of the process, so that another one with the same pid is not taken for it. */
  readonly startTime: string;
  /** Elsewhere the pid means nothing. */
  readonly namespace: string;
  /** Name of the socket that the holder listens on; empty where the file system has no sockets. */
  readonly socket: string;
}

export interface StateLock {
  /** False when its files have been removed. */
  isInPlace(): boolean;
  release(): Promise<void>;
}

/** `provider.<generation>.lock`: the highest one counts. */
const NAME = /^provider\.(?<generation>\d{1,15})\.lock$/;
const NONE: Holder = { pid: 0, startTime: '', namespace: '', socket: '' };

/**
 * Throws CTX_JOURNAL_HELD naming the holder.
 *
 * An entry is a symbolic link whose target is the holder: it is there whole or not at all, needs no room on a full
 * disk and no hard links. A process that finds the holder of the highest entry dead makes the next entry; of several only
 * one can. An entry is never removed but by the process that made a higher one, so a number that was seen as free stays
 * below it.
 */
export async function acquireLock(stateFolder: string, contextId: string): Promise<StateLock> {
  makeFolder(stateFolder, 0o700);
  const socket = await openLifeSocket(stateFolder);
  const startTime = readStartTime(process.pid) ?? '';
  const own = { pid: process.pid, startTime, namespace: pidNamespace(), socket: socket.name };
  try {
    const path = pathOf(stateFolder, await claim(stateFolder, contextId, own));
    return {
      isInPlace: () => readTarget(path) === write(own) && socket.isInPlace(),
      release: async () => {
        await socket.close();
        if (readTarget(path) === write(own)) put(stateFolder, NONE, (made) => renameSync(made, path));
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
    // We were slow: others have come, and perhaps gone, since we looked.
    rmSync(pathOf(stateFolder, generation), { force: true });
  }
}

function tryCreate(path: string, holder: Holder): boolean {
  try {
    symlinkSync(write(holder), path);
    return true;
  } catch (error) {
    if (hasErrnoCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function put(stateFolder: string, holder: Holder, move: (path: string) => void): void {
  const path = join(stateFolder, `provider.${createUniqueId()}.tmp`);
  symlinkSync(write(holder), path);
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
    const isLeft = holder.socket !== '' && !(await isAlive(stateFolder, holder));
    if (isLeft) rmSync(join(stateFolder, holder.socket), { force: true });
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

function write({ pid, startTime, namespace, socket }: Holder): string {
  return [pid, startTime, namespace, socket].join(' ');
}

function readHolder(path: string): Holder {
  const [pid, startTime = '', namespace = '', socket = ''] = readTarget(path)?.split(' ') ?? [];
  // Its name stands in the folder, and nowhere else.
  if (pid === undefined || !/^\d+$/.test(pid) || socket.includes('/')) return NONE;
  return { pid: Number(pid), startTime, namespace, socket };
}

/** Undefined for an entry that is not there, or was replaced by a higher one meanwhile. */
function readTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

async function isAlive(stateFolder: string, holder: Holder): Promise<boolean> {
  const { pid, startTime, namespace, socket } = holder;
  const answer = socket === '' ? 'missing' : await knock(stateFolder, socket);
  if (answer !== 'missing') return answer === 'alive';
  // Its socket was removed, or there is none: then the process tells, if it can be seen from here.
  return startTime !== '' && namespace === pidNamespace() && readStartTime(pid) === startTime;
}

function pidNamespace(): string {
  return readTarget('/proc/self/ns/pid') ?? '';
}

function heldError(holder: Holder, contextId: string, folder: string): ContextdError {
  const { pid, namespace } = holder;
  const where = namespace === pidNamespace() ? '' : ' of another container';
  return new ContextdError(
    'CTX_JOURNAL_HELD',
    `context ${contextId} is run from ${folder} by pid ${pid}${where}`,
    {
      hint: 'use that provider, end it, or give this context another ContextID',
      details: { pid, folder },
    },
  );
}
