// Hands a child what nobody else is to see: through a pipe, where no environment and no command line shows it.

import type { ChildProcess } from 'node:child_process';
import { Writable } from 'node:stream';

/** `descriptor` is one that the child was given as a pipe; it reads `text` there, and then the end. */
export function sendSecret(child: ChildProcess, descriptor: number, text: string): void {
  // Without a descriptor left for a pipe there is no stdio, whatever its type says: `error` tells that.
  const pipe = (child.stdio as ChildProcess['stdio'] | undefined)?.[descriptor];
  if (!(pipe instanceof Writable)) return;
  // Whoever has ended before it could read needs nothing.
  pipe.on('error', () => undefined);
  pipe.end(text, () => pipe.destroy());
}
