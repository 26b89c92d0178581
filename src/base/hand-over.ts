// Hands a child what nobody else is to see: through a pipe, where no environment and no command line shows it.

import type { ChildProcess } from 'node:child_process';
import { Writable } from 'node:stream';

/** `descriptor` is one that the child was given as a pipe; it reads `text` there, and then the end. */
export function handOver(child: ChildProcess, descriptor: number, text: string): void {
  const pipe = child.stdio[descriptor];
  if (!(pipe instanceof Writable)) return;
  // Whoever has ended before it could read needs nothing.
  pipe.on('error', () => undefined);
  pipe.end(text, () => pipe.destroy());
}
