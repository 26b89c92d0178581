// Opens the pipes for the output of a program. One pipe for both outputs keeps the order of writing.

import { execFile } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

export interface OutputPipe {
  /** The end that the program inherits. */
  readonly descriptor: number;
  readonly stream: Readable;
}

const run = promisify(execFile);

/**
 * Opens `count` pipes. Node has no call for that, so each is a FIFO whose name is removed. Unlike the sockets that
 * Node gives its children, a FIFO can be opened again as /dev/stdout, also by another user: hence its mode. Resolves
 * with an empty list if no FIFO can be created.
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
  // In this order neither call waits for the other end.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const descriptor = openSync(path, 'w');
    return { descriptor, stream: new Socket({ fd, readable: true, writable: false }) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Closes our copies after the start of the program; otherwise its output would never end. */
export function closeDescriptors(pipes: readonly OutputPipe[]): void {
  for (const { descriptor } of pipes) closeSync(descriptor);
}
