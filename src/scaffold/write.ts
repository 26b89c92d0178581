// Writes a plan: all of its files, or none of them.

import { rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../base/make-folder.js';
import writeFileAtomic from 'write-file-atomic';
import { Closers } from '../base/closers.js';
import { ContextdError, messageOf } from '../base/errors.js';
import { isWritten, type FileChange } from './change.js';
import type { ScaffoldPlan } from './plan.js';
import { bytesOf, readIfThere, textOf } from './read-state.js';

/** Replaces one file by another text in one step. */
export type WriteFile = (path: string, content: string | Buffer) => Promise<void>;

/**
 * Throws TPL_CONFLICT if a file is no longer as the plan knew it, TPL_WRITE_FAILED if one could not be written;
 * in both cases everything is as it was before.
 */
export async function writePlan(plan: ScaffoldPlan, writeFile: WriteFile = writeFileAtomic): Promise<void> {
  // The record goes last: a hash of a text that was never written would make the old one look edited.
  const changes = [...plan.changes, plan.record].filter(isWritten);
  const originals = await Promise.all(changes.map(readOriginal));
  const undo = new Closers();
  for (const [at, change] of changes.entries()) {
    try {
      await writeOne(change, originals[at], { undo, writeFile });
    } catch (error) {
      await takeBack(undo, change, error);
    }
  }
}

async function readOriginal({ path, before }: FileChange): Promise<Buffer | undefined> {
  const bytes = await readIfThere(path);
  if (textOf(path, bytes) === before) return bytes;
  throw new ContextdError(
    'TPL_CONFLICT',
    `${path} was changed by someone else just now; nothing was written`,
    {
      hint: 'run the command again',
    },
  );
}

interface Writing {
  /** Takes back, last first, what was done so far. */
  readonly undo: Closers;
  readonly writeFile: WriteFile;
}

async function writeOne(change: FileChange, original: Buffer | undefined, writing: Writing): Promise<void> {
  const { path, after } = change;
  makeFolderTakenBack(dirname(path), writing.undo);
  await writing.writeFile(path, bytesOf(path, after, original));
  writing.undo.add(() =>
    original === undefined ? rm(path, { force: true }) : writing.writeFile(path, original),
  );
}

function makeFolderTakenBack(folder: string, undo: Closers): void {
  const first = makeFolder(folder);
  if (first === undefined) return;
  // From the topmost new folder down, so that taking back starts at the innermost one.
  for (const made of foldersBetween(first, folder)) undo.add(() => rmdir(made));
}

function foldersBetween(first: string, last: string): readonly string[] {
  return first === last || dirname(last) === last ? [last] : [...foldersBetween(first, dirname(last)), last];
}

async function takeBack(undo: Closers, { path }: FileChange, cause: unknown): Promise<never> {
  const message = `cannot write ${path}: ${messageOf(cause)}`;
  try {
    await undo.close();
  } catch (error) {
    const rest = `${message}; taking back what was written failed too: ${messageOf(error)}`;
    throw new ContextdError('TPL_WRITE_FAILED', rest, { cause });
  }
  const hint = 'nothing was written; make the folder writable or choose another one';
  throw new ContextdError('TPL_WRITE_FAILED', message, { hint, cause });
}
