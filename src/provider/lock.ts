// One provider per context and folder: a file that names the one there is.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContextdError, hasErrnoCode } from '../base/errors.js';
import { readStartTime } from './launcher/process-table.js';

interface Holder {
  readonly pid: number;
  /** Of the process, so that another one with the same pid is not taken for it. */
  readonly startTime: string;
}

/** Returns the function that gives the lock back. Throws CTX_JOURNAL_HELD naming the holder. */
export function acquireLock(stateFolder: string, contextId: string): () => void {
  const path = join(stateFolder, 'provider.json');
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  // The second try follows the removal of a dead provider's file; a third would mean a living rival.
  for (let tries = 0; tries < 3; tries += 1) {
    if (tryCreate(path)) return () => rmSync(path, { force: true });
    const holder = readHolder(path);
    if (holder !== undefined && isAlive(holder)) throw heldError(holder, contextId, stateFolder);
    rmSync(path, { force: true });
  }
  throw heldError({ pid: 0, startTime: '' }, contextId, stateFolder);
}

function tryCreate(path: string): boolean {
  const holder: Holder = { pid: process.pid, startTime: readStartTime(process.pid) ?? '' };
  try {
    writeFileSync(path, JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (hasErrnoCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined; // Gone meanwhile, or cut short by a crash: nobody's.
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
