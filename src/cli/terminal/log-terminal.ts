// A terminal whose output is written to a log file, which is rotated: the console of a provider in the background.

import { LogFile } from '../../base/log-file.js';
import { toTerminal } from './paint.js';
import type { Terminal } from './terminal.js';

const MAX_BYTES = 1_000_000;
const FILES = 5;

/** Signals are those of `terminal`. Lines that cannot be written are counted in the log itself. */
export function openLogTerminal(path: string, terminal: Terminal): Terminal {
  const file = new LogFile({ path, maxBytes: MAX_BYTES, files: FILES });
  const write = (text: string) => file.write(Buffer.from(toTerminal(text, false)));
  return {
    out: write,
    raw: write,
    err: write,
    lossy: () => write,
    colour: false,
    signal: terminal.signal,
    kill: terminal.kill,
    closed: terminal.closed,
  };
}
