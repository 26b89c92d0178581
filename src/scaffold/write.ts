// Writes a plan atomically: all files or none.

import { rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../base/make-folder.js';
import writeFileAtomic from 'write-file-atomic';
import { Closers } from '../base/closers.js';
import { ContextdError, messageOf } from '../base/errors.js';
import { isWritten, type FileChange } from './change.js';
import type { ScaffoldPlan } from './plan.js';
import { bytesOf, readIfExists, textOf } from './read-state.js';

/** Replaces the content of a file atomically. */
export type WriteFile = (path: string, content: string | Buffer) => Promise<void>;

/**
 * Throws TPL_CONFLICT if a file has changed since the plan was made, and TPL_WRITE_FAILED if a file could not be
 * written. In both cases all changes are rolled back.
 */
export async function writePlan(plan: ScaffoldPlan, writeFile?: WriteFile): Promise<void> {
  // The record is last: with the hash of a text that was not written, the old file would count as edited.
  await writeChanges([...plan.changes, plan.record].filter(isWritten), writeFile);
}

/** As writePlan. */
export async function writeChanges(
  changes: readonly FileChange[],
  writeFile: WriteFile = writeFileAtomic,
): Promise<void> {
  const originals = await Promise.all(changes.map(readOriginal));
  const undo = new Closers();
  for (const [at, change] of changes.entries()) {
    try {
      await writeOne(change, originals[at], { undo, writeFile });
    } catch (error) {
      await rollBack(undo, change, error);
    }
  }
}

async function readOriginal({ path, before }: FileChange): Promise<Buffer | undefined> {
  const bytes = await readIfExists(path);
  if (textOf(path, bytes) === before) return bytes;
  throw new ContextdError(
    'TPL_CONFLICT',
    `${path} was changed by another program meanwhile; nothing was written`,
    {
      hint: 'run the command again',
    },
  );
}

interface Writing {
  /** Undoes the changes so far, in reverse order. */
  readonly undo: Closers;
  readonly writeFile: WriteFile;
}

async function writeOne(change: FileChange, original: Buffer | undefined, writing: Writing): Promise<void> {
  const { path, after } = change;
  makeFolderWithUndo(dirname(path), writing.undo);
  await writing.writeFile(path, bytesOf(path, after, original));
  writing.undo.add(() =>
    original === undefined ? rm(path, { force: true }) : writing.writeFile(path, original),
  );
}

function makeFolderWithUndo(folder: string, undo: Closers): void {
  const first = makeFolder(folder);
  if (first === undefined) return;
  // From the topmost new folder down, so that the undo starts at the innermost folder.
  for (const made of foldersBetween(first, folder)) undo.add(() => rmdir(made));
}

function foldersBetween(first: string, last: string): readonly string[] {
  return first === last || dirname(last) === last ? [last] : [...foldersBetween(first, dirname(last)), last];
}

async function rollBack(undo: Closers, { path }: FileChange, cause: unknown): Promise<never> {
  const message = `cannot write ${path}: ${messageOf(cause)}`;
  try {
    await undo.close();
  } catch (error) {
    const rest = `${message}; the rollback failed too: ${messageOf(error)}`;
    throw new ContextdError('TPL_WRITE_FAILED', rest, { cause });
  }
  const hint = 'nothing was written; make the folder writable or choose another one';
  throw new ContextdError('TPL_WRITE_FAILED', message, { hint, cause });
}
