// Sends a secret to a child process through a pipe, so that it is not visible in the environment or the command line.

import type { ChildProcess } from 'node:child_process';
import { Writable } from 'node:stream';

/** Writes `text` to the pipe that the child has as `descriptor`, and closes it. */
export function sendSecret(child: ChildProcess, descriptor: number, text: string): void {
  // `stdio` is undefined if the process ran out of descriptors; the child then emits `error`.
  const pipe = (child.stdio as ChildProcess['stdio'] | undefined)?.[descriptor];
  if (!(pipe instanceof Writable)) return;
  // A child that has already ended does not need the secret.
  pipe.on('error', () => undefined);
  pipe.end(text, () => pipe.destroy());
}
