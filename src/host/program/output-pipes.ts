// The pipes that a program prints into: one for both its outputs keeps the order in which it has written.

import { execFile } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

export interface OutputPipe {
  /** What a program is given. */
  readonly descriptor: number;
  readonly stream: Readable;
}

const run = promisify(execFile);

/**
 * Node has no call that makes a pipe, so each is a FIFO without a name any more. Unlike the sockets that node gives
 * its children, a program can open it again as /dev/stdout, also as another user: hence its mode. Resolves with
 * nothing where there can be none.
 */
export async function openOutputPipes(count: number): Promise<readonly OutputPipe[]> {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), 'contextd-'));
    const at = folder;
    const paths = Array.from({ length: count }, (_, index) => join(at, String(index)));
    await run('mkfifo', ['-m', '666', ...paths]);
    return paths.map(openPipe);
  } catch {
    return [];
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function openPipe(path: string): OutputPipe {
  // In this order: nobody waits for the other end.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const descriptor = openSync(path, 'w');
    return { descriptor, stream: new Socket({ fd, readable: true, writable: false }) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** A program has it now, or never will: without this its output would have no end. */
export function closeDescriptors(pipes: readonly OutputPipe[]): void {
  for (const { descriptor } of pipes) closeSync(descriptor);
}
