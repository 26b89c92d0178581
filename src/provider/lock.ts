// One provider per context and folder: a file that names the one there is.

import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContextdError, hasErrnoCode } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';
import { readStartTime } from '../processes/process-table.js';

interface Holder {
  readonly pid: number;
  /** Of the process, so that another one with the same pid is not taken for it. */
  readonly startTime: string;
}

/** `provider.<generation>.json`: the highest one counts. */
const NAME = /^provider\.(?<generation>\d{1,15})\.json$/;
const NOBODY: Holder = { pid: 0, startTime: '' };

/**
 * Returns the function that gives the lock back. Throws CTX_JOURNAL_HELD naming the holder.
 *
 * Whoever finds the highest file's holder dead makes the next one; of several only one can. That file is
 * never removed but by the one who made a higher one, so a number that was seen as free stays below it.
 */
export function acquireLock(stateFolder: string, contextId: string): () => void {
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  const own: Holder = { pid: process.pid, startTime: readStartTime(process.pid) ?? '' };
  for (;;) {
    const newest = newestGeneration(stateFolder);
    const holder = readHolder(pathOf(stateFolder, newest));
    if (isAlive(holder)) throw heldError(holder, contextId, stateFolder);
    const generation = newest + 1;
    if (!tryCreate(stateFolder, generation, own)) continue;
    if (newestGeneration(stateFolder) === generation) {
      removeOlder(stateFolder, generation);
      return () => put(stateFolder, NOBODY, (path) => renameSync(path, pathOf(stateFolder, generation)));
    }
    // We were slow: others have come, and perhaps gone, since we looked.
    rmSync(pathOf(stateFolder, generation), { force: true });
  }
}

function tryCreate(stateFolder: string, generation: number, holder: Holder): boolean {
  try {
    put(stateFolder, holder, (path) => linkSync(path, pathOf(stateFolder, generation)));
    return true;
  } catch (error) {
    if (hasErrnoCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Whole or not at all: nobody reads a file that is half written. */
function put(stateFolder: string, holder: Holder, move: (path: string) => void): void {
  const path = join(stateFolder, `provider.${createUniqueId()}.tmp`);
  writeFileSync(path, JSON.stringify(holder), { mode: 0o600 });
  try {
    move(path);
  } finally {
    rmSync(path, { force: true });
  }
}

function removeOlder(stateFolder: string, generation: number): void {
  for (const each of generations(stateFolder)) {
    if (each < generation) rmSync(pathOf(stateFolder, each), { force: true });
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
  return join(stateFolder, `provider.${generation}.json`);
}

function readHolder(path: string): Holder {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return NOBODY; // None yet, or replaced meanwhile by a higher one.
  }
}

function isAlive({ pid, startTime }: Holder): boolean {
  return startTime !== '' && readStartTime(pid) === startTime;
}

function heldError(holder: Holder, contextId: string, folder: string): ContextdError {
  return new ContextdError(
    'CTX_JOURNAL_HELD',
    `context ${contextId} is run from ${folder} by pid ${holder.pid}`,
    {
      hint: 'use that provider, end it, or give this context another ContextID',
      details: { pid: holder.pid, folder },
    },
  );
}
